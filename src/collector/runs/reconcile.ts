/**
 * Reconciliation: once a day, yesterday is read again, and what arrived too late for the engine to see
 * is delivered. It is a run of the engine with a cursor of its own, which passes over what the ledger knows.
 */
import { type Cursor, decodeCursor, encodeCursor, firstCursor } from "../../engine/cursor.ts";
import { CLOCK_TOLERANCE_MS } from "../../engine/listing_state.ts";
import { type Limits, startProgress } from "../../engine/ports.ts";
import { run } from "../../engine/run.ts";
import { DAY_MS, dayStartMs, utcDay } from "../../engine/time.ts";
import { eventId } from "../../sources/liveperson/record.ts";
import type { RunContext } from "./context.ts";
import { type CollectorPorts, deadLettersOf } from "./engine_ports.ts";
import type { Ledger } from "../records/ledger.ts";
import type { Reconciliation } from "../health/report.ts";

/** A day is read again this long after the late-arrival window of its last event has passed. */
const PATIENCE_MS = 60 * 60_000;
const KEY = "reconciliation";

/** The day that is due to be reconciled, or null: the first one that is not, so that none is passed over. */
export function dueDay(ledger: Ledger, nowMs: number, lateArrivalWindowMs: number): string | null {
  const startMs = dayStartMs(ledger.through) + DAY_MS;
  const closedMs = startMs + DAY_MS + lateArrivalWindowMs + CLOCK_TOLERANCE_MS;
  return nowMs >= closedMs + PATIENCE_MS ? utcDay(startMs) : null;
}

/**
 * Reads a closed day again. `live`: the cursor of the collection; what it has not sealed yet is left
 * to it, or an event might be delivered by both.
 */
export async function reconcile(
  day: string,
  live: Cursor,
  ledger: Ledger,
  ports: CollectorPorts,
  limits: Limits,
  { platform, undelivered }: Pick<RunContext, "platform" | "undelivered">,
): Promise<Reconciliation> {
  const owner = { account: "reconciliation", feed: day, destination: "reconciliation" };
  const stored = await platform.local.get(`${KEY}/${day}`);
  const cursor = stored === null
    ? firstCursor(Math.max(dayStartMs(day), live.startMs))
    : decodeCursor(stored, owner);
  const progress = startProgress(cursor, stored !== null);
  const name = `${KEY}/${day}`;
  await undelivered.settle(name, cursor.revision);
  await run({
    ...ports,
    deadLetters: deadLettersOf(undelivered, name, progress),
    cursors: {
      announce: () => Promise.resolve(),
      async commit(next, settled) {
        await ledger.add(settled, `reconciliation-${next.revision}`);
        await platform.local.put(`${KEY}/${day}`, encodeCursor(next, owner));
      },
    },
    async wants({ timeMs, fingerprint }, occurrence) {
      return timeMs !== null && !await ledger.has(eventId(fingerprint, occurrence), timeMs);
    },
  }, {
    ...limits,
    backlog: stored !== null,
    untilMs: Math.min(dayStartMs(day) + DAY_MS, live.sealedBeforeMs),
  }, progress);
  await undelivered.settle(name, progress.cursor.revision);
  if (!progress.more) {
    await ledger.close(day);
    for (const key of await platform.local.list(KEY)) await platform.local.delete(key);
  }
  return {
    day,
    found: progress.delivered + progress.deadLettered,
    complete: !progress.more,
  };
}
