/**
 * A run of the engine over a past range, alongside live collection. It has its own cursor, which the caller
 * keeps so that a later run can continue from there. I/O through the ports.
 */
import { type Cursor, firstCursor } from "../../engine/cursor.ts";
import type { CursorStore, Limits, SettledEvent } from "../../engine/ports.ts";
import { type Gap, type Progress, startProgress } from "../../engine/progress.ts";
import { run } from "../../engine/run.ts";
import type { Beside } from "../health/report.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";
import type { CollectorPorts } from "./engine_ports.ts";

export interface PastRange {
  /** The name of the range's cursor, to which refused events belong. */
  readonly name: string;
  /** How far an earlier run got; null if there was none. */
  readonly cursor: Cursor | null;
  /** From, inclusive, until, exclusive. Epoch milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Makes the cursor durable. `settled`: the events that it has now passed. */
  commit(cursor: Cursor, settled: readonly SettledEvent[], progress: Progress): Promise<void>;
}

/** The outcome of a run that delivered a part of a past range. */
export interface PastPart extends Beside {
  readonly gaps: readonly Gap[];
  /** Events of the range that were delivered. */
  readonly delivered: number;
  /** True when something was made durable. */
  readonly moved: boolean;
  /** The error that ended it early, if any; what was made durable by then still counts. */
  readonly failure: unknown;
}

interface PastRun extends PastPart {
  readonly progress: Progress;
  /** True once the range has been read completely. */
  readonly complete: boolean;
}

/** Delivers the next part of a range. */
export async function runPastRange(
  { name, cursor, fromMs, untilMs, commit }: PastRange,
  ports: CollectorPorts,
  limits: Limits,
  undelivered: UndeliveredBox,
): Promise<PastRun> {
  const progress = startProgress(cursor ?? firstCursor(fromMs), cursor !== null);
  await undelivered.settle(name, progress.cursor.revision);
  const cursors: CursorStore = {
    markInFlight: () => Promise.resolve(),
    async commit(next, settled) {
      await commit(next, settled, progress);
      await undelivered.settle(name, next.revision);
    },
  };
  let failure: unknown;
  try {
    await run(
      { ...ports, cursors, undelivered: undelivered.of(name) },
      { ...limits, backlog: cursor !== null, untilMs },
      progress,
    );
  } catch (error) {
    failure = error;
  } finally {
    await undelivered.settle(name, progress.cursor.revision);
  }
  const complete = failure === undefined && !progress.more && !progress.behind;
  const moved = complete || progress.commits > 0;
  const { gaps, delivered, altered, redelivered, refused, unanswered } = progress;
  const counts = { delivered, altered, redelivered, refused, unanswered };
  return { progress, complete, gaps, ...counts, moved, failure };
}
