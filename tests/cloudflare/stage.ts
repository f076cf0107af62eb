/**
 * The stage of the end-to-end tests: the deployable bundle on real workerd in the simulated environment,
 * with a wiretap on each of its ways out. Everything that the Worker says or stores is kept, and when the
 * stage closes none of it may hold a secret, nor the log the content of an event.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type LocalWorker,
  type LocalWorkerOptions,
  startWorker,
} from "../../scripts/local/worker.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";
import type { LivePersonOptions } from "../../scripts/simulators/liveperson.ts";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import type { XsiamSettings } from "../../scripts/simulators/xsiam.ts";
import { assertDiscreet, change, openEnvironment, SECRETS, until } from "../environment.ts";
import { startWiretap, type Wiretap } from "./wiretap.ts";

/** What is added at once is collected in fewer runs. */
const MAX_RUNS = 20;

const SECRET_NAMES = [...Object.keys(SECRETS), "XSIAM_AUTH_ID"];

// deno-lint-ignore no-explicit-any
export type Json = any;

export interface StageOptions {
  /** Over the stage's own; `undefined` leaves one of them out. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  readonly livePerson?: Partial<LivePersonOptions>;
  readonly xsiam?: Partial<XsiamSettings>;
  /** A folder in which KV and Durable Objects survive; in memory if left out. */
  readonly persistTo?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined if it is none. */
  readonly body: Json;
}

export interface RequestOptions {
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null sends none. */
  readonly token?: string | null;
  /** Whose connections are used. */
  readonly client?: Deno.HttpClient;
}

/** A run of the collector as the platform and the log saw it. */
interface Run {
  /** `ok`, or `exception` if the invocation was rejected. */
  readonly invocation: string;
  /** The one log line of the run, parsed: its report. */
  readonly report: Json;
}

export class Stage implements AsyncDisposable {
  readonly #said: string[] = [];
  readonly #logged: string[] = [];
  readonly #names = new Set<string>();
  readonly #hosts: Wiretap[] = [];
  readonly #secrets: readonly string[];

  private constructor(
    private readonly environment: Environment,
    readonly taps: { readonly livePerson: Wiretap; readonly xsiam: Wiretap },
    private options: LocalWorkerOptions,
    public worker: LocalWorker,
  ) {
    this.#secrets = SECRET_NAMES.map((name) => options.settings[name] ?? "")
      .flatMap((value) => [value, ...value.split(/\s+/)])
      .filter((value) => value.length > 3);
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const environment = await openEnvironment(options);
    const { livePerson, xsiam } = environment;
    const taps = {
      livePerson: await startWiretap(portOf(livePerson)),
      xsiam: await startWiretap(portOf(xsiam)),
    };
    livePerson.baseUri ??= taps.livePerson.host;
    const settings = withoutUndefined({ ...environment.settingsAt(taps), ...options.settings });
    const workerOptions = { settings, persistTo: options.persistTo };
    return new Stage(environment, taps, workerOptions, await startWorker(workerOptions));
  }

  get livePerson() {
    return this.environment.livePerson;
  }

  get xsiam() {
    return this.environment.xsiam;
  }

  /** Stops the Worker and starts it again on what it stored, with `settings` over those it had. */
  async restart(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#stop();
    this.options = { ...this.options, settings: { ...this.options.settings, ...settings } };
    this.worker = await startWorker(this.options);
  }

  /** Another host at which LivePerson answers. */
  async openHost(): Promise<Wiretap> {
    const tap = await startWiretap(portOf(this.livePerson));
    this.#hosts.push(tap);
    return tap;
  }

  /** Adds records to the audit trail. */
  add(records: readonly AuditRecord[]): readonly AuditRecord[] {
    for (const { objectName } of records) this.#names.add(objectName);
    this.livePerson.add(records);
    return records;
  }

  /** Adds changes that were made just now, later than all before them. */
  addRecent(count = 3): readonly AuditRecord[] {
    return this.add(Array.from({ length: count }, () => change()));
  }

  /** Fires the cron, and answers how the invocation ended. */
  async fireCron(): Promise<string> {
    const invocation = await this.worker.fireCron();
    this.#said.push(invocation);
    return invocation;
  }

  /**
   * The requests of an idle run. Once a day, when the listing of a later day holds all that may come, the
   * run before it searches that one for its place.
   */
  async idleRequests(): Promise<Json> {
    const { requests } = (await this.cron()).report;
    assert.ok(requests.audit <= 12, `${requests.audit} requests`);
    return (await this.cron()).report.requests;
  }

  /** Fires the cron, and waits for the run's log line. */
  async cron(): Promise<Run> {
    const before = this.logLines(isCronRun).length;
    const invocation = await this.fireCron();
    await until("the run's log line", () => this.logLines(isCronRun).length > before);
    const lines = this.logLines(isCronRun);
    assert.equal(lines.length, before + 1, "a run has one log line");
    return { invocation, report: lines.at(-1) };
  }

  /** Collects, run after run, until a run leaves nothing to do at once; answers their reports. */
  async collectAll(): Promise<Json[]> {
    const reports: Json[] = [];
    for (let run = 0; run < MAX_RUNS; run++) {
      const { status, text, body } = await this.post("/collect");
      assert.equal(status, 200, text);
      reports.push(body);
      if (!body.goesOn) return reports;
    }
    assert.fail(`It does not come to an end: ${JSON.stringify(reports.at(-1))}`);
  }

  /** The log lines that are JSON and pass the test, parsed. */
  logLines(test: (line: Json) => boolean): Json[] {
    return this.worker.logs.flatMap((text) => parseJson(text) ?? []).filter(test);
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { body, client, token = SECRETS.API_TOKEN } = options;
    const headers = new Headers(options.headers);
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    const init = { method, headers, body, client };
    const response = await this.worker.fetch(path, init);
    const text = await response.text();
    this.#said.push(text, JSON.stringify([...response.headers]));
    return { status: response.status, headers: response.headers, text, body: parseJson(text) };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request("GET", path, { headers });
  }

  /** Posts a JSON body, or none. */
  post(path: string, body?: unknown): Promise<Answer> {
    return this.request(
      "POST",
      path,
      body === undefined ? {} : {
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json" },
      },
    );
  }

  /**
   * Posts more than 64 KiB. The refusal may come before everything was sent, and be lost together with
   * the connection: then it is asked for again. Nothing else uses that connection.
   */
  async postTooMuch(
    path: string,
    { tellsLength, allowed = 64 * 1024 }: { tellsLength: boolean; allowed?: number },
  ): Promise<Answer> {
    const body = "x".repeat(allowed + 1);
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    for (let attempt = 1;; attempt++) {
      try {
        return await this.request("POST", path, {
          client,
          body: tellsLength ? body : new Blob([body]).stream(),
        });
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  async status(): Promise<Json> {
    const { status, body } = await this.get("/status");
    assert.equal(status, 200);
    return body;
  }

  /** Everything that KV holds, by key. */
  async stored(): Promise<Record<string, string>> {
    const { keys } = await this.worker.kv.list();
    const entries = keys.map(async ({ name }) => [name, (await this.worker.kv.get(name))!]);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** How often LivePerson was asked, by target. */
  asked(): Record<string, number> {
    const groups = Map.groupBy(this.livePerson.requests, ({ target }) => target);
    return Object.fromEntries([...groups].map(([target, { length }]) => [target, length]));
  }

  /** Each of these records arrived exactly once, nothing else did, and no two events share an id. */
  assertDelivered(records: readonly AuditRecord[]): void {
    const { xsiam } = this;
    assert.equal(xsiam.count, records.length);
    assert.deepEqual(xsiam.events.map(contentOf).sort(), records.map(contentOf).sort());
    assert.equal(xsiam.ids.size, records.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#stop();
    } finally {
      await this.environment[Symbol.asyncDispose]();
      await Promise.all(this.#wiretaps.map((tap) => tap[Symbol.asyncDispose]()));
    }
    this.#assertDiscreet();
  }

  get #wiretaps(): Wiretap[] {
    return [...Object.values(this.taps), ...this.#hosts];
  }

  async #stop(): Promise<void> {
    this.#said.push(JSON.stringify(await this.stored()));
    await this.worker.close();
    this.#logged.push(...this.worker.logs);
    for (const file of await filesIn(this.options.persistTo)) this.#said.push(file);
  }

  #assertDiscreet(): void {
    const targets = this.#wiretaps.flatMap((tap) => tap.targets);
    const tokens = this.#wiretaps.flatMap((tap) => [...tap.tokens]);
    const asked = this.livePerson.requests.length + this.xsiam.requests.length;
    assert.ok(targets.length >= asked, "the wiretaps heard every request");
    const issued = this.livePerson.requests
      .filter(({ target, status }) => target === "token" && status === 200).length;
    assert.ok(issued === 0 || tokens.length > 0, "the wiretaps heard the tokens");
    const bodies = this.livePerson.requests.map(({ body }) => body);
    const texts = [...this.#logged, ...this.#said, ...targets, ...bodies];
    assertDiscreet(texts, [...this.#secrets, ...tokens]);
    const log = this.#logged.join("\n");
    for (const name of this.#names) {
      assert.ok(!log.includes(name), `the log holds content of an event: ${name}`);
    }
  }
}

/** The files below a folder, as they lie on the disk. */
async function filesIn(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")),
  );
}

function isCronRun({ event, trigger }: Json): boolean {
  return trigger === "cron" && (event === "run_ended" || event === "run_failed");
}

function contentOf({ objectName, element, oldValue, newValue }: Json): string {
  return JSON.stringify([objectName, element, oldValue, newValue]);
}

function portOf({ url }: { url: string }): number {
  return Number(new URL(url).port);
}

function withoutUndefined(
  entries: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
