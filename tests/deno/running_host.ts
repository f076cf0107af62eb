/**
 * The Deno host as a process, started with the very rights that `deno task start` gives it. Its working
 * folder is the test's, so that the database is there. It is killed at the end of the test.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { SECRETS, until } from "../environment.ts";

const PATIENCE_MS = 60_000;

/** The words of the start task's second command, the host itself. */
export async function startArguments(): Promise<string[]> {
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const host: string = tasks.start.split(" | ")[1].replaceAll("'", "");
  const [quiet, deno, ...args] = host.replace("--lock=", `--lock=${ROOT}`).split(" ");
  assert.deepEqual([quiet, deno], ["DENO_NO_UPDATE_CHECK=1", "deno"]);
  return args;
}

interface HostOptions {
  /** How many files the process may open. */
  readonly openFiles?: number;
}

export class RunningHost implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #listening = Promise.withResolvers<number>();
  /** What it printed, both streams. */
  printed = "";

  private constructor(
    args: readonly string[],
    folder: string,
    env: Record<string, string>,
    { openFiles }: HostOptions,
  ) {
    const [run, ...rest] = args.slice(0, -2);
    const script = join(ROOT, args.at(-2)!);
    const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles}; `;
    this.#process = new Deno.Command("/bin/sh", {
      args: [
        ...["-c", `${limit}exec "$0" "$@"`, Deno.execPath()],
        ...[run, "--no-check", "--config", join(ROOT, "deno.json"), ...rest, script],
      ],
      cwd: folder,
      env: { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME")!, PORT: "0", ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr } = this.#process;
    this.#reading = Promise.all([this.#read(stdout), this.#read(stderr)]);
  }

  static async start(
    folder: string,
    env: Record<string, string>,
    options: HostOptions = {},
  ): Promise<RunningHost> {
    return new RunningHost(await startArguments(), folder, env, options);
  }

  /** Where it listens, once it does. */
  port(): Promise<number> {
    return this.#patiently(this.#listening.promise);
  }

  /** Calls a route, once the host listens. */
  async fetch(
    path: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return await fetch(`http://127.0.0.1:${await this.port()}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${SECRETS.API_TOKEN}`, ...init.headers },
    });
  }

  signal(name: Deno.Signal): void {
    this.#process.kill(name);
  }

  /** Its exit code. */
  async ended(): Promise<number> {
    const [{ code }] = await this.#patiently(Promise.all([this.#process.status, this.#reading]));
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await Promise.all([this.#process.status, this.#reading]);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      this.printed += chunk;
      const port = /"event":"listening","host":"[^"]*","port":(\d+)/.exec(this.printed)?.[1];
      if (port !== undefined) this.#listening.resolve(Number(port));
    }
  }

  async #patiently<T>(promise: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`Waited in vain:\n${this.printed}`)),
      PATIENCE_MS,
    );
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Starts a run, waits for something of it, and asks the host to stop: that takes less than ten seconds. */
export async function assertStopsRun(
  host: RunningHost,
  what: string,
  isThere: () => boolean,
): Promise<void> {
  await host.fetch("/healthz");
  const answer = host.fetch("/collect", { method: "POST" }).then((response) => response.json());
  await until(what, isThere, 30_000);
  const askedMs = performance.now();
  host.signal("SIGTERM");
  assert.equal((await answer).code, "run_interrupted");
  assert.equal(await host.ended(), 0, host.printed);
  const tookMs = performance.now() - askedMs;
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
}
