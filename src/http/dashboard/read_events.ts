/**
 * What one search has read of the events: whole instants, so that a search from the first to the last of
 * them reads the same ones again, and the next search reads all others. Pure.
 */
import type { FoundEvents, GetEventsArguments } from "../../collector/runs/read_events.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

/** How many events one search shows the results of, however many of them match. */
export const MAX_READ = 1_000;

/** One more than that is read, which shows whether the last instant is whole. */
export const READ_LIMIT = MAX_READ + 1;

export interface ReadEvent {
  readonly event: AuditEvent;
  /** Where it stands in the listing, epoch milliseconds: if it has no time, with the event before it. */
  readonly timeMs: number;
}

export interface ReadEvents {
  /** Oldest first. */
  readonly events: readonly ReadEvent[];
  /** What was not read; null if that is nothing. */
  readonly rest: Rest | null;
}

export interface Rest {
  /** Where the next search begins, epoch milliseconds; null if the range ends there. */
  readonly nextMs: number | null;
  /** The instant that has more events than one search reads, epoch milliseconds; null if none has. */
  readonly unfinishedMs: number | null;
}

/** The events of the last instant that was read may not all be there, unless reading came to the end. */
export function wholeInstants(
  { events, more }: FoundEvents,
  { startMs, endMs = Infinity }: Pick<GetEventsArguments, "startMs" | "endMs">,
): ReadEvents {
  const all = withTimes(events, startMs);
  const last = all.at(-1);
  if (last === undefined || (!more && all.length <= MAX_READ)) return { events: all, rest: null };
  const whole = all.slice(0, all.findIndex(({ timeMs }) => timeMs === last.timeMs));
  if (whole.length > 0) {
    return { events: whole, rest: { nextMs: last.timeMs, unfinishedMs: null } };
  }
  const afterMs = last.timeMs + 1;
  const nextMs = afterMs < endMs ? afterMs : null;
  return { events: all.slice(0, MAX_READ), rest: { nextMs, unfinishedMs: last.timeMs } };
}

function withTimes(events: readonly AuditEvent[], startMs: number): readonly ReadEvent[] {
  let timeMs = startMs;
  return events.map((event) => {
    if (event.changeDateError === undefined) timeMs = Date.parse(event._time);
    return { event, timeMs };
  });
}
