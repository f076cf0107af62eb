/**
 * Ends when npm does. `npx deno task start` puts npm and a shell between whoever starts the collector and
 * the collector; npm passes SIGTERM to the shell, which passes it to nobody. So the start task lets this
 * script write to the collector's standard input: the collector stops when that ends. Without npm the
 * signals arrive by themselves; then it says so and ends. Reads `/proc`; where there is none, nothing is
 * watched.
 */
import { readFileSync } from "node:fs";
import process from "node:process";

/** How often it looks, in milliseconds. */
const INTERVAL_MS = 500;

interface Ancestor {
  readonly pid: number;
  readonly parent: number;
}

/** From the parent of this process up to npm; none if it wasn't npm that started it. */
function ancestorsUpToNpm(): readonly Ancestor[] {
  const ancestors: Ancestor[] = [];
  for (let pid = process.ppid; pid > 1;) {
    const parent = parentOf(pid);
    if (parent === null) return [];
    ancestors.push({ pid, parent });
    if (/^npm /.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) return ancestors;
    pid = parent;
  }
  return [];
}

/** Null if there is no such process. */
function parentOf(pid: number): number | null {
  try {
    // the name in brackets may hold anything; then come the state and the parent
    const [, parent] = /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return parent === undefined ? null : Number(parent);
  } catch {
    return null;
  }
}

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(word));
}

const ancestors = process.env.npm_execpath === undefined ? [] : ancestorsUpToNpm();
if (ancestors.length === 0) {
  say("unwatched\n");
  Deno.exit();
}
// npm itself may be given to another parent: whoever started it need not wait for it
const watched = ancestors.slice(0, -1);
const npm = ancestors.at(-1)!.pid;
setInterval(() => {
  const complete = parentOf(npm) !== null &&
    watched.every(({ pid, parent }) => parentOf(pid) === parent);
  if (!complete) Deno.exit();
  try {
    say("\n");
  } catch {
    Deno.exit(); // the collector has ended
  }
}, INTERVAL_MS);
