/** What the Deno host does on schedule. */
import { collectThese } from "../collector/collect_all.ts";
import { type Collectors, type Lane, lanesOf } from "../collector/fleet.ts";
import type { LogLine } from "../collector/platform.ts";

export class Schedule {
  /** What is still being collected. */
  readonly #busy = new Map<Lane, Promise<void>>();

  constructor(
    private readonly collectors: Collectors,
    private readonly log: (line: LogLine) => void,
  ) {}

  /**
   * Starts to collect every pipeline, except those of a kind of destination that is still being collected
   * from last time: so a slow destination misses a turn, and no other does. A failure is logged and not
   * thrown.
   */
  tick(): void {
    for (const [lane, pipelines] of lanesOf(this.collectors.pipelines)) {
      if (this.#busy.has(lane)) continue;
      const collected = collectThese(this.collectors, pipelines)
        .catch(({ message }) => this.log({ level: "error", event: "schedule_failed", message }))
        .finally(() => this.#busy.delete(lane));
      this.#busy.set(lane, collected);
    }
  }

  /** Resolves when nothing is being collected. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }
}
