/**
 * The stage of the scripts' tests: both simulators, a settings file that names them, and a folder for
 * the state. When it closes, nothing that a script printed may hold a secret.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalWorker, startWorker } from "../../scripts/local/worker.ts";
import { type LivePersonSimulator, startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { type AuditRecord, generateRecords } from "../../scripts/simulators/records.ts";
import { startXsiam, type XsiamSimulator } from "../../scripts/simulators/xsiam.ts";
import { type Ended, RunningScript } from "./running_script.ts";

export const ACCOUNT = "12345678";
export const SECRETS = {
  LIVEPERSON_CLIENT_SECRET: "cl1ent+s3cret/9x=",
  XSIAM_API_KEY: "xsiam-k3y-5e0a",
  API_TOKEN: "api-t0ken-77c1",
} as const;

export const DAY_MS = 86_400_000;

export type Settings = Readonly<Record<string, string | undefined>>;

export class ScriptStage implements AsyncDisposable {
  readonly #printed: string[] = [];
  readonly #workers: LocalWorker[] = [];
  #files = 0;

  private constructor(
    readonly livePerson: LivePersonSimulator,
    readonly xsiam: XsiamSimulator,
    /** Of this test alone. */
    readonly folder: string,
  ) {}

  static async open(): Promise<ScriptStage> {
    const credentials = { clientId: "app", clientSecret: SECRETS.LIVEPERSON_CLIENT_SECRET };
    const accounts = [ACCOUNT, "second"].map((accountId) => ({ accountId, ...credentials }));
    const [livePerson, xsiam, folder] = await Promise.all([
      startLivePerson({ accounts }),
      startXsiam({ apiKey: SECRETS.XSIAM_API_KEY }),
      mkdtemp(join(tmpdir(), "scripts-test-")),
    ]);
    return new ScriptStage(livePerson, xsiam, folder);
  }

  get settings(): Record<string, string> {
    return {
      ...SECRETS,
      LIVEPERSON_ACCOUNT_ID: ACCOUNT,
      LIVEPERSON_CLIENT_ID: "app",
      LIVEPERSON_DOMAIN_API_URL: this.livePerson.url,
      LIVEPERSON_AUTH_SERVER_URL: this.livePerson.host,
      XSIAM_URL: this.xsiam.url,
      RETRY_DELAY: "0 seconds",
      FIRST_FETCH: "10 days",
    };
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
    await Promise.all([this.livePerson.close(), this.xsiam.close()]);
    await rm(this.folder, { recursive: true });
    for (const text of this.#printed) {
      for (const [name, secret] of Object.entries(SECRETS)) {
        assert.ok(!text.includes(secret), `${name} was printed:\n${text}`);
      }
    }
  }
}
