/** What a process does when it is asked to stop. */
import process from "node:process";

/** `deno task` forwards a Ctrl-C to a process that has already received it from the terminal. */
const SAME_SIGNAL_MS = 1000;

/** The exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * A signal listener: the first signal asks to stop. Another one, after a while, ends the process at once,
 * because what it waits for may never come.
 */
export function stopListener(ask: () => void): () => void {
  let askedMs: number | undefined;
  return () => {
    askedMs ??= performance.now();
    if (performance.now() - askedMs > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    ask();
  };
}
