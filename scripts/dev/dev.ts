/**
 * `deno task dev`: the Worker on this machine, by `wrangler dev`. wrangler does not fire the cron, and
 * does not look at `.dev.vars` again: this script fires it every five minutes, and starts wrangler again
 * when the file has changed. All arguments are wrangler's.
 */
import { scriptProblem, tellFailure } from "../cli/failure.ts";
import { DEFAULT_FILE, readVariables } from "../cli/settings_file.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";
import { fireCron, type Fired } from "./fire_cron.ts";

/** wrangler's own default. */
const PORT = "8787";
const CRON_MS = 5 * 60_000;
/** How often it looks whether the Worker answers, and whether the file has changed. */
const POLL_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  using stop = listenForStop();
  mustBeFree(portOf(args));
  for (;;) {
    const settings = readSettings();
    const wrangler = startWrangler(args);
    const running = new AbortController();
    const ended = wrangler.status.then(({ code }) => code);
    fireOnSchedule(portOf(args), running.signal, stop);
    const code = await Promise.race([ended, change(settings, running.signal, stop), stop.wait]);
    running.abort();
    if (typeof code === "number") return code;
    end(wrangler);
    const lastCode = await ended;
    if (stop.stopped) return lastCode;
    console.error(`${DEFAULT_FILE} has changed: restarting.`);
    readVariables(undefined); // tells what is wrong with it
  }
}

function startWrangler(args: readonly string[]): Deno.ChildProcess {
  const port = givenPort(args) === undefined ? ["--port", PORT] : [];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:wrangler", "dev", ...port, ...args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

function end(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGTERM");
  } catch {
    // it has ended
  }
}

/** Fires the cron once the Worker answers, and then at its interval. */
async function fireOnSchedule(
  port: string,
  running: AbortSignal,
  stop: StopSignal,
): Promise<void> {
  while (!running.aborted && !stop.stopped) {
    const fired = await fireCron(port, running);
    if (fired !== "silent" && !running.aborted) console.error(firedWords(fired, port));
    await waitOrStop(fired === "silent" ? POLL_MS : CRON_MS, stop);
  }
}

function firedWords(fired: Exclude<Fired, "silent">, port: string): string {
  return fired === "fired"
    ? "The cron has fired; again in five minutes."
    : `The cron did not fire, or its run failed: port ${port} answered ${fired.status}. ` +
      "Again in five minutes.";
}

/** Resolves when the settings are no longer these. */
async function change(before: string, running: AbortSignal, stop: StopSignal): Promise<void> {
  while (!running.aborted && !stop.stopped && readSettings() === before) {
    await waitOrStop(POLL_MS, stop);
  }
}

function readSettings(): string {
  try {
    return Deno.readTextFileSync(DEFAULT_FILE);
  } catch {
    return "";
  }
}

function portOf(args: readonly string[]): string {
  return givenPort(args) ?? PORT;
}

/** @throws {AnsweredProblem} `port_unusable` */
function mustBeFree(port: string): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close();
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse ? "is taken" : "may not be used";
    throw scriptProblem("port_unusable", `Port ${port} ${why}.`, {
      action: "Choose another port with --port, or stop what listens there.",
    });
  }
}

/** wrangler takes `--port 8080` and `--port=8080`. */
function givenPort(args: readonly string[]): string | undefined {
  return /(?:^|\s)--port[=\s](\d+)/.exec(args.join(" "))?.[1];
}

if (import.meta.main) {
  readVariables(undefined); // tells what is wrong with the file
  Deno.exit(
    await main(Deno.args).catch((error) => tellFailure(error, false)),
  );
}
