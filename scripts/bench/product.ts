/** The product under measurement: the deployable bundle on workerd, and its CPU time from outside. */
import { type LocalWorker, startWorker } from "../local/worker.ts";
import { cpuMsOf, findWorkerd } from "./cpu.ts";
import type { Stand } from "./open_stand.ts";

export interface Product extends AsyncDisposable {
  readonly worker: LocalWorker;
  /** Fires the cron. @throws {Error} when a run failed */
  fireCron(): Promise<void>;
  /** Fires the cron, and waits until the stand has this many more events. `look` is called meanwhile. */
  drain(events: number, look?: () => Promise<void>): Promise<void>;
  /** The CPU time of workerd so far, in milliseconds; NaN where the system doesn't report it. */
  cpuMs(): number;
}

interface ProductOptions {
  /** What to measure besides CPU time, which it distorts. */
  readonly observe?: "memory" | "operations";
  readonly settings?: Readonly<Record<string, string>>;
}

/** The time between two looks at the backlog, in milliseconds. The stand is asked, not the product. */
const POLL_MS = 10;
const PATIENCE_MS = 600_000;

export async function openProduct(stand: Stand, options: ProductOptions = {}): Promise<Product> {
  const settings = { ...stand.settings, ...options.settings };
  const { observe } = options;
  const worker = await startWorker({ observe, settings });
  const pid = findWorkerd();
  const fireCron = async () => {
    if (await worker.fireCron() === "ok") return;
    throw new Error(`A run failed:\n${worker.logs.slice(-3).join("\n")}`);
  };
  return {
    worker,
    fireCron,
    async drain(events, look) {
      const expected = (await stand.counts()).received + events;
      const giveUpAtMs = Date.now() + PATIENCE_MS;
      await fireCron();
      while ((await stand.counts()).received < expected) {
        await look?.();
        if (Date.now() > giveUpAtMs) throw new Error(`Too slow: ${worker.logs.at(-1)}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    cpuMs: () => pid === null ? NaN : cpuMsOf(pid),
    [Symbol.asyncDispose]: () => worker.close(),
  };
}
