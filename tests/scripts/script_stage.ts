/**
 * The simulated environment of the scripts: with a settings file that names it, and a folder for the
 * state. When it closes, nothing that a script printed may hold a secret.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalWorker, startWorker } from "../../scripts/local/worker.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";
import { type AuditRecord, generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, assertDiscreet, DAY_MS, openEnvironment, SECRETS } from "../environment.ts";
import { type Ended, RunningScript } from "./running_script.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

export class ScriptStage implements AsyncDisposable {
  readonly #printed: string[] = [];
  readonly #workers: LocalWorker[] = [];
  #files = 0;

  private constructor(
    private readonly environment: Environment,
    /** Of this test alone. */
    readonly folder: string,
  ) {}

  static async open(): Promise<ScriptStage> {
    const folder = await mkdtemp(join(tmpdir(), "scripts-test-"));
    return new ScriptStage(await openEnvironment(), folder);
  }

  get livePerson() {
    return this.environment.livePerson;
  }

  get xsiam() {
    return this.environment.xsiam;
  }

  get settings(): Record<string, string> {
    return { ...this.environment.settings, FIRST_FETCH: "10 days" };
  }

  get kvPath(): string {
    return join(this.folder, "state", "collector.db");
  }

  /** Adds changes that no person is kept from seeing, spread over these days before now. */
  add(count: number, days = 3, accountId = ACCOUNT): readonly AuditRecord[] {
    const toMs = Date.now() - 60_000;
    const range = { fromMs: toMs - days * DAY_MS, toMs, accountId };
    const records = generateRecords({ seed: count, count, ...range, automaticShare: 0 });
    this.livePerson.add(records);
    return records;
  }

  /** Writes a settings file, and answers its path. */
  async settingsFile(overrides: Settings = {}): Promise<string> {
    const path = join(this.folder, `settings-${this.#files++}`);
    const given = Object.entries({ ...this.settings, ...overrides })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(path, given.join(""));
    return path;
  }

  /** Runs a script to its end, with these settings over the stage's own. */
  async run(name: string, args: readonly string[], overrides: Settings = {}): Promise<Ended> {
    await using script = await this.start(name, args, overrides);
    return await this.ended(script);
  }

  async start(
    name: string,
    args: readonly string[],
    overrides: Settings = {},
  ): Promise<RunningScript> {
    const file = await this.settingsFile(overrides);
    return new RunningScript(name, [...args, "--env-file", file]);
  }

  /** Waits for the end of a script that was started. */
  async ended(script: RunningScript): Promise<Ended> {
    const ended = await script.ended();
    this.#printed.push(ended.stdout, ended.stderr);
    return ended;
  }

  /** A Worker with the stage's settings. */
  async startWorker(overrides: Record<string, string> = {}): Promise<LocalWorker> {
    const worker = await startWorker({ settings: { ...this.settings, ...overrides } });
    this.#workers.push(worker);
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.environment[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
    assertDiscreet(this.#printed, Object.values(SECRETS));
  }
}
