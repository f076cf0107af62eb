/**
 * Backfill: a past range is delivered once more, or for the first time. It has a cursor of its own and
 * never touches that of the collection; each run gives it what its live part has left over.
 */
import {
  type Cursor,
  type CursorOwner,
  decodeCursor,
  encodeCursor,
  firstCursor,
} from "../../engine/cursor.ts";
import type { Limits } from "../../engine/ports.ts";
import { type Gap, startProgress } from "../../engine/progress.ts";
import { run } from "../../engine/run.ts";
import { iso } from "../../engine/time.ts";
import { CollectorError } from "../../errors.ts";
import type { CollectorPorts } from "./engine_ports.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";
import type { Platform } from "../platform.ts";
import type { BackfillState } from "../health/report.ts";

/** A range of event times: from, inclusive, to, exclusive. Epoch milliseconds. */
export interface BackfillRange {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Stored extends BackfillState {
  /** The backfill's cursor, encoded; null before the first batch. */
  readonly cursor: string | null;
}

/** What a part of a backfill came to. */
export interface Advanced {
  readonly state: BackfillState;
  readonly gaps: readonly Gap[];
  /** True when something was made durable. */
  readonly moved: boolean;
  /** What ended it too early; what it had come to by then counts all the same. */
  readonly failure: unknown;
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
   * Asks for a range. The same range again, before it is complete, goes on where it was.
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
    const counts = { delivered: 0, deadLettered: 0, reached: from };
    await this.#write({ from, to, startedAt, completedAt: null, ...counts, cursor: null });
    return (await this.state())!;
  }

  /** Gives up what is left of a backfill, if one is under way. */
  async cancel(): Promise<void> {
    await this.platform.local.delete(KEY);
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
    const cursor = stored.cursor === null
      ? firstCursor(fromMs)
      : decodeCursor(stored.cursor, OWNER);
    const progress = startProgress(cursor, stored.cursor !== null);
    const name = `${KEY}/${stored.startedAt}`;
    await undelivered.settle(name, cursor.revision);
    const told = (next: Cursor, complete: boolean): Stored => ({
      ...stored,
      delivered: stored.delivered + progress.delivered,
      deadLettered: stored.deadLettered + progress.deadLettered,
      reached: complete ? stored.to : iso(Math.max(fromMs, next.place?.beforeMs ?? fromMs)),
      completedAt: complete ? iso(this.platform.now()) : null,
      cursor: complete ? null : encodeCursor(next, OWNER),
    });
    let failure: unknown;
    await run(
      {
        ...ports,
        undelivered: undelivered.of(name),
        cursors: {
          markInFlight: () => Promise.resolve(),
          commit: async (next) => {
            await this.#write(told(next, false));
            await undelivered.settle(name, next.revision);
          },
        },
      },
      { ...limits, backlog: stored.cursor !== null, untilMs: Date.parse(stored.to) },
      progress,
    )
      .catch((error) => failure = error)
      .finally(() => undelivered.settle(name, progress.cursor.revision));
    const complete = failure === undefined && !progress.more && !progress.behind;
    if (complete) await this.#write(told(progress.cursor, true));
    const state = (await this.state())!;
    return { state, gaps: progress.gaps, moved: complete || progress.commits > 0, failure };
  }

  async #read(): Promise<Stored | null> {
    const text = await this.platform.local.get(KEY);
    return text === null ? null : JSON.parse(text);
  }

  async #write(stored: Stored): Promise<void> {
    await this.platform.local.put(KEY, JSON.stringify(stored));
  }
}
