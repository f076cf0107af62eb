/** Workers KV at its worst: what it shows, a miss too, is what it held a while ago. */
import type { KeyValueStore } from "../../src/storage/store.ts";

export class LaggingKv implements KeyValueStore {
  readonly #writes: {
    readonly atMs: number;
    readonly key: string;
    readonly value: string | null;
  }[] = [];

  constructor(private readonly now: () => number, private readonly lagMs: number) {}

  get(key: string): Promise<string | null> {
    const asOfMs = this.now() - this.lagMs;
    const last = this.#writes.findLast((write) => write.key === key && write.atMs <= asOfMs);
    return Promise.resolve(last?.value ?? null);
  }

  put(key: string, value: string): Promise<void> {
    this.#writes.push({ atMs: this.now(), key, value });
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.#writes.push({ atMs: this.now(), key, value: null });
    return Promise.resolve();
  }

  list(prefix: string): Promise<string[]> {
    const keys = new Set(this.#writes.map(({ key }) => key));
    return Promise.resolve([...keys].filter((key) => key.startsWith(prefix)).sort());
  }

  /** How often it was written to. */
  get writes(): number {
    return this.#writes.length;
  }
}
