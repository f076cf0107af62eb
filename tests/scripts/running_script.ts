/**
 * Runs a script as a process, as a person does, and reads what it prints. Whoever waits for output
 * waits for a bounded time. A script that is still running at the end of a test is killed.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The first run of a script may have to build the Worker. */
const PATIENCE_MS = 90_000;
/** What Deno says by itself when several processes start at once. */
const DENO_WAITS = /^Blocking waiting for file lock .*\n/gm;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the script of a folder of `scripts` to its end. */
export async function runScript(name: string, ...args: string[]): Promise<Ended> {
  await using script = new RunningScript(name, args);
  return await script.ended();
}

export class RunningScript implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #stdout: Output;
  readonly #stderr: Output;

  constructor(name: string, args: readonly string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `scripts/${name}/${name}.ts`, ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdout = new Output(this.#process.stdout);
    this.#stderr = new Output(this.#process.stderr);
  }

  /** What was printed so far. */
  get printed(): string {
    return this.#stdout.text;
  }

  /** Waits until the output matches, and answers the match. */
  async printedLike(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await this.#patiently(this.#stdout.match(pattern), `${pattern}`);
    if (match !== null) return match;
    assert.fail(`It ended without ${pattern}:\n${this.#stdout.text}\n${this.#stderr.text}`);
  }

  /** The same of standard error. */
  async complainedLike(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await this.#patiently(this.#stderr.match(pattern), `${pattern}`);
    if (match !== null) return match;
    assert.fail(`It ended without ${pattern}:\n${this.#stdout.text}\n${this.#stderr.text}`);
  }

  /** Reads no further, and closes what it read from, as `head` does. */
  stopReading(): void {
    this.#stdout.leave();
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  async ended(): Promise<Ended> {
    const everything = Promise.all([
      this.#process.status,
      this.#stdout.complete,
      this.#stderr.complete,
    ]);
    const [{ code }] = await this.#patiently(everything, "the end");
    return { code, stdout: this.#stdout.text, stderr: this.#stderr.text.replace(DENO_WAITS, "") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await Promise.all([this.#process.status, this.#stdout.complete, this.#stderr.complete]);
  }

  async #patiently<T>(promise: Promise<T>, what: string): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`Waited for ${what} in vain:\n${this.#stdout.text}\n${this.#stderr.text}`));
    }, PATIENCE_MS);
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A stream of text as it comes. */
class Output {
  text = "";
  readonly complete: Promise<void>;
  #isComplete = false;
  #news = Promise.withResolvers<void>();
  readonly #leaving = new AbortController();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.complete = this.#read(stream);
  }

  /** Null if the stream ends without a match. */
  async match(pattern: RegExp): Promise<RegExpExecArray | null> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null || this.#isComplete) return match;
      await this.#news.promise;
    }
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const { signal } = this.#leaving;
    try {
      for await (const chunk of stream.pipeThrough(new TextDecoderStream(), { signal })) {
        this.text += chunk;
        this.#tell();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    this.#isComplete = true;
    this.#tell();
  }

  #tell(): void {
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers();
    resolve();
  }
}
