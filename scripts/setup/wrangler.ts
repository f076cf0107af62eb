/** Runs wrangler. Each command is shown first, and its output without secrets. */
import { scriptProblem } from "../cli/failure.ts";
import { redact } from "./secrets.ts";
import type { StopSignal } from "../cli/stop_signal.ts";

interface WranglerOptions {
  /** The program and its first arguments; by default, this repository's wrangler. */
  readonly command?: string;
  /** The repository, which determines the version of wrangler. */
  readonly cwd: string;
  readonly dryRun: boolean;
  /** What must not be shown, as far as it is known so far. */
  readonly secrets: () => readonly string[];
  readonly say: (line: string) => void;
  readonly stop: StopSignal;
}

interface WranglerAnswer {
  readonly ok: boolean;
  readonly text: string;
}

export class Wrangler {
  /** Every command that was run, or would be, as shown. */
  readonly commands: string[] = [];

  constructor(private readonly options: WranglerOptions) {}

  get isDryRun(): boolean {
    return this.options.dryRun;
  }

  /** @throws {AnsweredProblem} `not_signed_in`, or `wrangler_failed` if that can't be told */
  async mustBeSignedIn(): Promise<void> {
    const answer = await this.tryTo("whoami");
    if (answer === null) return;
    const nobody = /not authenticated|not logged in/i.test(answer.text) ||
      (!answer.ok && /CLOUDFLARE_API_TOKEN/.test(answer.text));
    if (nobody) throw scriptProblem("not_signed_in", "Wrangler's output is above.");
    if (!answer.ok) throw failed(["whoami"]);
  }

  /** Runs a command that may fail. In a dry run, shows it and returns null. */
  async tryTo(...args: string[]): Promise<WranglerAnswer | null> {
    const { command = "deno run -A npm:wrangler", cwd, dryRun, say, stop } = this.options;
    const [program, ...first] = command.split(/\s+/);
    const shown = [program, ...first, ...args].join(" ");
    this.commands.push(shown);
    say(`$ ${shown}`);
    if (dryRun) return null;
    const child = start(program === "deno" ? Deno.execPath() : program, [...first, ...args], cwd);
    stop.wait.then(() => end(child));
    const [stdout, stderr, { success }] = await Promise.all([
      this.#show(child.stdout),
      this.#show(child.stderr),
      child.status,
    ]);
    if (stop.stopped) throw interrupted(shown);
    return { ok: success, text: stdout + stderr };
  }

  /** @throws {AnsweredProblem} `wrangler_failed` */
  async mustDo(...args: string[]): Promise<string | null> {
    const answer = await this.tryTo(...args);
    if (answer === null) return null;
    if (answer.ok) return answer.text;
    throw failed(args);
  }

  async #show(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
    const { say, secrets } = this.options;
    let text = "";
    let line = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = (line + chunk).split("\n");
      line = lines.pop()!;
      for (const one of lines) say(`  ${redact(one, secrets())}`);
    }
    if (line !== "") say(`  ${redact(line, secrets())}`);
    return text;
  }
}

/** @throws {AnsweredProblem} `wrangler_failed` when there is no such program, or it may not be run */
function start(program: string, args: readonly string[], cwd: string): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    if (!isMissing && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    const why = isMissing ? "there is no such program" : "this user may not run it";
    throw scriptProblem("wrangler_failed", `${program} can't be started: ${why}.`, {
      title: "Wrangler can't be started",
      action: "Correct --wrangler, or leave it out to use the repository's own.",
    });
  }
}

function failed(args: readonly string[]): Error {
  const command = `The command was: ${args.join(" ")}. Its output is above.`;
  return scriptProblem("wrangler_failed", command);
}

/** How setup ends when it is interrupted. */
export class Interrupted extends Error {}

function interrupted(command: string): Interrupted {
  return new Interrupted(`Interrupted during: ${command}`);
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // it has ended
  }
}
