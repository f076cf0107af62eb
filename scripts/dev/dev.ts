/**
 * `deno task dev`: the Worker on this machine, by `wrangler dev`. wrangler does not fire the cron, and
 * does not look at `.dev.vars` again: this script fires it every five minutes, and starts wrangler again
 * when the file has changed. All arguments are wrangler's.
 */
import { FAILED } from "../cli/command_line.ts";
import { DEFAULT_FILE, readVariables } from "../cli/settings_file.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";

/** wrangler's own default. */
const PORT = "8787";
const CRON_MS = 5 * 60_000;
/** How often it looks whether the Worker answers, and whether the file has changed. */
const POLL_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  using stop = listenForStop();
  for (;;) {
    const settings = readSettings();
    const wrangler = startWrangler(args);
    const running = new AbortController();
    const ended = wrangler.status.then(({ code }) => code);
    fireCron(portOf(args), running.signal, stop);
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
async function fireCron(port: string, running: AbortSignal, stop: StopSignal): Promise<void> {
  while (!running.aborted && !stop.stopped) {
    const fired = await fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled`, {
      signal: running,
    }).then((answer) => answer.body?.cancel().then(() => true), () => false);
    if (fired && !running.aborted) console.error("The cron has fired; again in five minutes.");
    await waitOrStop(fired ? CRON_MS : POLL_MS, stop);
  }
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

/** wrangler takes `--port 8080` and `--port=8080`. */
function givenPort(args: readonly string[]): string | undefined {
  return /(?:^|\s)--port[=\s](\d+)/.exec(args.join(" "))?.[1];
}

if (import.meta.main) {
  readVariables(undefined); // tells what is wrong with the file
  Deno.exit(
    await main(Deno.args).catch((error) => {
      console.error(error);
      return FAILED;
    }),
  );
}
