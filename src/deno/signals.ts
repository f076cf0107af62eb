/** What a process does when it is asked to end. */
import process from "node:process";

/** `deno task` passes a Ctrl-C on to a process that the terminal has told already. */
const SAME_SIGNAL_MS = 1000;

/** What a shell tells of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * A listener to signals: the first one asks to stop. Another one, after a while, ends the process at
 * once: what it waits for may never come.
 */
export function stopListener(ask: () => void): () => void {
  let askedMs: number | undefined;
  return () => {
    askedMs ??= performance.now();
    if (performance.now() - askedMs > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    ask();
  };
}
