/** A clock that stands still until it is told otherwise. Sleeping moves it on. */
import type { Clock } from "../../src/deno/clock.ts";

export class FakeClock implements Clock {
  nowMs = Date.parse("2026-03-10T12:00:00Z");
  readonly #timers = new Set<{ everyMs: number; nextMs: number; work: () => void }>();

  /** A shorter sleep takes this long. */
  constructor(private readonly shortestSleepMs = 0) {}

  now(): number {
    return this.nowMs;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  async sleep(ms: number): Promise<void> {
    this.pass(Math.max(ms, this.shortestSleepMs));
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets the others work
  }

  every(everyMs: number, work: () => void): () => void {
    const timer = { everyMs, nextMs: this.nowMs + everyMs, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, and the timers ring. */
  pass(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.nextMs > this.nowMs) continue;
      timer.nextMs = this.nowMs + timer.everyMs;
      timer.work();
    }
  }

  /** Time passes for others, while the timers of this process do not ring. */
  stall(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#timers) timer.nextMs = this.nowMs + timer.everyMs;
  }
}
