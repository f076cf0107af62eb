/**
 * Reconciliation: a past day is read again, soon after it has ended and once more a day later, and what the
 * source did not show in time is delivered. It is a run of the engine with its own cursor, which compares
 * each instant with the ledger.
 */
import { type Cursor, decodeCursor, encodeCursor } from "../../engine/cursor.ts";
import type { Limits } from "../../engine/ports.ts";
import { CLOCK_TOLERANCE_MS, DAY_MS, dayStartMs, utcDay } from "../../engine/time.ts";
import type { RunContext } from "./context.ts";
import type { CollectorPorts } from "./engine_ports.ts";
import type { Ledger, Look } from "../records/ledger.ts";
import { type ReadAgain, reconciledRange } from "../health/gaps.ts";
import type { Reconciliation } from "../health/report.ts";
import { type PastPart, type PastRange, runPastRange } from "./past_range.ts";

const KEY = "reconciliation";

/** A day that is to be read again, called a look. */
export interface DueLook {
  readonly day: string;
  readonly look: Look;
}

/**
 * The look that is due, or null. For each kind of look, the first day that has not had it is next, so that
 * no day is skipped.
 */
export function dueLook(
  ledger: Ledger,
  nowMs: number,
  lateArrivalWindowMs: number,
): DueLook | null {
  const looks = [["second", DAY_MS], ["first", 0]] as const;
  for (const [look, laterMs] of looks) {
    const startMs = dayStartMs(ledger.lookedThrough(look)) + DAY_MS;
    const closedMs = startMs + DAY_MS + lateArrivalWindowMs + CLOCK_TOLERANCE_MS;
    if (nowMs >= closedMs + laterMs) return { day: utcDay(startMs), look };
  }
  return null;
}

/** A look as it is kept until the day has been read completely, which may take several runs. */
interface Stored {
  /** When the look began, epoch milliseconds. */
  readonly sinceMs: number;
  readonly cursor: string;
}

/** The outcome of a look. */
export interface Looked extends PastPart {
  readonly reconciliation: Reconciliation;
  /** The day, once it has been read again completely. */
  readonly readAgain: readonly ReadAgain[];
}

/**
 * Reads a closed day again. `live`: the cursor of the collection; what is not older than its watermark is
 * left to it; otherwise both might deliver the same event.
 */
export async function reconcile(
  { day, look }: DueLook,
  live: Cursor,
  ledger: Ledger,
  ports: CollectorPorts,
  limits: Limits,
  { platform, undelivered }: Pick<RunContext, "platform" | "undelivered">,
): Promise<Looked> {
  const name = `${KEY}/${day}/${look}`;
  const owner = { account: KEY, feed: day, destination: look };
  const text = await platform.local.get(name);
  const stored: Stored | null = text === null ? null : JSON.parse(text);
  const sinceMs = stored?.sinceMs ?? platform.now();
  const range: PastRange = {
    name,
    cursor: stored === null ? null : decodeCursor(stored.cursor, owner),
    fromMs: Math.max(dayStartMs(day), live.startMs),
    untilMs: Math.min(dayStartMs(day) + DAY_MS, live.watermarkMs),
    async commit(next, settled) {
      await ledger.add(settled, `${look}-look-${next.revision}`);
      const kept: Stored = { sinceMs, cursor: encodeCursor(next, owner) };
      await platform.local.put(name, JSON.stringify(kept));
    },
  };
  const dealtAt = (timeMs: number) => ledger.printsAt(timeMs);
  const { progress, complete, ...part } = await runPastRange(
    range,
    { ...ports, dealtAt },
    limits,
    undelivered,
  );
  if (complete) {
    await ledger.close(day, look);
    await platform.local.delete(name);
  }
  const found = progress.delivered + progress.refused;
  const readAgain = complete ? [reconciledRange(day, sinceMs)] : [];
  return {
    ...part,
    reconciliation: { day, found, delivered: progress.delivered, complete },
    readAgain,
  };
}
