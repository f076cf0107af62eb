/**
 * Backfill: delivers a past range, again or for the first time. It has its own cursor and never touches the
 * live one; each run spends on it what the live part has left of the budget.
 */
import { type Cursor, type CursorOwner, decodeCursor, encodeCursor } from "../../engine/cursor.ts";
import type { Limits } from "../../engine/ports.ts";
import type { Progress } from "../../engine/progress.ts";
import { iso } from "../../engine/time.ts";
import { CollectorError } from "../../errors.ts";
import type { CollectorPorts } from "./engine_ports.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";
import type { Platform } from "../platform.ts";
import type { BackfillState } from "../health/report.ts";
import { type PastPart, type PastRange, runPastRange } from "./past_range.ts";

/** A range of event times: from, inclusive, to, exclusive. Epoch milliseconds. */
export interface BackfillRange {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Stored extends BackfillState {
  /** The backfill's cursor, encoded; null before the first batch. */
  readonly cursor: string | null;
}

/** The outcome of a part of a backfill. */
export interface Advanced extends PastPart {
  readonly state: BackfillState;
}

const KEY = "backfill";
const OWNER: CursorOwner = { account: "backfill", feed: "backfill", destination: "backfill" };

export class Backfill {
  constructor(private readonly platform: Platform) {}

  async state(): Promise<BackfillState | null> {
    const stored = await this.#read();
    if (stored === null) return null;
    const { cursor: _, ...state } = stored;
    return state;
  }

  /**
   * Asks for a range. Asking for the same range again, before it is complete, continues it.
   * @throws {CollectorError} `backfill_running` while another range is not complete
   */
  async start({ fromMs, toMs }: BackfillRange): Promise<BackfillState> {
    const before = await this.#read();
    const [from, to] = [iso(fromMs), iso(toMs)];
    if (before !== null && before.completedAt === null) {
      if (before.from === from && before.to === to) return (await this.state())!;
      throw new CollectorError("backfill_running", {
        detail: `The backfill from ${before.from} to ${before.to} is not complete.`,
      });
    }
    const startedAt = iso(this.platform.now());
    const counts = { delivered: 0, deadLettered: 0, refused: 0, reached: from, movedAt: startedAt };
    await this.#write({ from, to, startedAt, completedAt: null, ...counts, cursor: null });
    return (await this.state())!;
  }

  /**
   * Gives up what is left of a backfill, and returns it as it stood; null if none was running. One that is
   * complete stays as it is.
   */
  async cancel(): Promise<BackfillState | null> {
    const state = await this.state();
    if (state === null || state.completedAt !== null) return null;
    await this.platform.local.delete(KEY);
    return state;
  }

  /** Delivers the next part; null when there is nothing to do. */
  async advance(
    ports: CollectorPorts,
    limits: Limits,
    undelivered: UndeliveredBox,
  ): Promise<Advanced | null> {
    const stored = await this.#read();
    if (stored === null || stored.completedAt !== null) return null;
    const fromMs = Date.parse(stored.from);
    const told = (next: Cursor, progress: Progress, complete: boolean): Stored => ({
      ...stored,
      delivered: stored.delivered + progress.delivered,
      deadLettered: stored.deadLettered + progress.deadLettered,
      refused: stored.refused + progress.refused,
      reached: complete ? stored.to : iso(Math.max(fromMs, next.place?.beforeMs ?? fromMs)),
      movedAt: iso(this.platform.now()),
      completedAt: complete ? iso(this.platform.now()) : null,
      cursor: complete ? null : encodeCursor(next, OWNER),
    });
    const range: PastRange = {
      name: `${KEY}/${stored.startedAt}`,
      cursor: stored.cursor === null ? null : decodeCursor(stored.cursor, OWNER),
      fromMs,
      untilMs: Date.parse(stored.to),
      commit: (next, _, progress) => this.#write(told(next, progress, false)),
    };
    const { progress, complete, ...part } = await runPastRange(range, ports, limits, undelivered);
    if (complete) await this.#write(told(progress.cursor, progress, true));
    return { ...part, state: (await this.state())! };
  }

  async #read(): Promise<Stored | null> {
    const text = await this.platform.local.get(KEY);
    return text === null ? null : JSON.parse(text);
  }

  async #write(stored: Stored): Promise<void> {
    await this.platform.local.put(KEY, JSON.stringify(stored));
  }
}
