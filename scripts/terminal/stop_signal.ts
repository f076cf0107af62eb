/** Ctrl-C, a closed terminal, and what a supervisor sends to end a process, as a promise. Listens to signals. */
import process from "node:process";
import { INTERRUPTED } from "./command_line.ts";

export interface StopSignal extends Disposable {
  readonly stopped: boolean;
  /** Resolves at the first signal. */
  readonly wait: Promise<void>;
}

/** `deno task` passes a Ctrl-C on to a process that the terminal has told already. */
const SAME_SIGNAL_MS = 1000;

/**
 * Takes the signals over from whoever listens already: Miniflare would exit at once, with 130. Another
 * signal, after a while, ends the process at once: what it waits for may never come.
 */
export function listenForStop(): StopSignal {
  const { promise, resolve } = Promise.withResolvers<void>();
  let stoppedAtMs: number | undefined;
  const stop = () => {
    stoppedAtMs ??= performance.now();
    if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    resolve();
  };
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  return {
    get stopped() {
      return stoppedAtMs !== undefined;
    },
    wait: promise,
    [Symbol.dispose]() {
      for (const signal of signals) process.removeListener(signal, stop);
    },
  };
}
