/** The product under measurement: the deployable bundle on workerd, and what it costs from outside. */
import { type LocalWorker, startWorker } from "../local/worker.ts";
import { cpuMsOf, findWorkerd } from "./cpu.ts";
import type { Stand } from "./open_stand.ts";

export interface Product extends AsyncDisposable {
  readonly worker: LocalWorker;
  /** Fires the cron. @throws {Error} when a run failed */
  fireCron(): Promise<void>;
  /** Fires the cron, and waits until the stand has so many more events. `look` is called meanwhile. */
  drain(events: number, look?: () => Promise<void>): Promise<void>;
  /** CPU that workerd has used so far, milliseconds; NaN where the system does not tell. */
  cpuMs(): number;
}

interface ProductOptions {
  /** What is to be measured beside the CPU, at the cost of it. */
  readonly observe?: "memory" | "operations";
  readonly settings?: Readonly<Record<string, string>>;
}

/** How often it is asked how far a backlog is, milliseconds. The stand is asked, not the product. */
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
