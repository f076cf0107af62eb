/** Counts the events of a range by day, as a backfill would deliver them. Only reads, through the target. */
import type { FoundEvents } from "../../src/collector/runs/read_events.ts";
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { utcDay } from "../../src/engine/time.ts";
import { scriptProblem } from "../cli/failure.ts";

/** As many as a Worker returns at once. */
const PART = 10_000;

interface RangeCount {
  readonly events: number;
  /** By UTC day, in order; events without a readable time are under `unknown`. */
  readonly days: Readonly<Record<string, number>>;
}

/**
 * `reached` is called with the time up to which it has counted, epoch milliseconds; it returns false to
 * stop.
 */
export async function countRange(
  read: (limit: number, startMs: number) => Promise<FoundEvents>,
  { fromMs, toMs }: BackfillRange,
  reached: (timeMs: number, events: number) => boolean,
): Promise<RangeCount | null> {
  const days = new Map<string, number>();
  let counted = new Set<string>();
  let events = 0;
  for (let startMs = fromMs;;) {
    const { events: part, more } = await read(PART, startMs);
    let lastMs = startMs;
    for (const { event_id, changeDate, changeDateError } of part) {
      const timeMs = changeDateError === undefined ? Date.parse(String(changeDate)) : null;
      if (timeMs !== null && timeMs >= toMs) return { events, days: inOrder(days) };
      lastMs = Math.max(lastMs, timeMs ?? lastMs);
      if (counted.has(event_id)) continue;
      const day = timeMs === null ? "unknown" : utcDay(timeMs);
      days.set(day, (days.get(day) ?? 0) + 1);
      events++;
    }
    if (!more) return { events, days: inOrder(days) };
    if (lastMs === startMs) throw tooDense(startMs);
    if (!reached(lastMs, events)) return null;
    // the next part begins at the instant of the last event: events counted already are skipped
    counted = new Set(part.map((event) => event.event_id));
    startMs = lastMs;
  }
}

function inOrder(days: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...days].sort(([a], [b]) => a < b ? -1 : 1));
}

function tooDense(timeMs: number): Error {
  return scriptProblem(
    "range_too_dense",
    `More than ${PART} events have the time ${new Date(timeMs).toISOString()}.`,
  );
}
