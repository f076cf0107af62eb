/** Ctrl-C, a closed terminal, or a supervisor's SIGTERM, as a promise and as a signal. Listens to signals. */
import process from "node:process";
import { stopListener } from "../../src/deno/signals.ts";

export interface StopSignal extends Disposable {
  readonly stopped: boolean;
  /** Resolves at the first signal. */
  readonly wait: Promise<void>;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Stops the script as the first signal does. */
  readonly ask: () => void;
}

/** Replaces existing signal listeners: Miniflare's would exit at once, with 130. */
export function listenForStop(): StopSignal {
  const { promise, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const ask = () => {
    controller.abort();
    resolve();
  };
  const stop = stopListener(ask);
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  return {
    get stopped() {
      return controller.signal.aborted;
    },
    wait: promise,
    signal: controller.signal,
    ask,
    [Symbol.dispose]() {
      for (const signal of signals) process.removeListener(signal, stop);
    },
  };
}
