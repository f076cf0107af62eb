/** What is known to be missing at the destination, in numbers and words. Pure. */
import { count } from "../../format.ts";
import { recordsMissing } from "./gaps.ts";
import type { Health } from "./health.ts";
import type { BackfillState } from "./report.ts";

export interface Missing {
  /** Events that were refused and are kept. */
  readonly deadLetters: number;
  /** Events that were refused while nothing else was accepted; runs try them again. */
  readonly setAside: number;
  /** Records that the source has but did not show. */
  readonly gaps: number;
  /** 1 while a backfill is stalled: how many events it still has to deliver can't be known. */
  readonly stalledBackfills: number;
  /** All of these. */
  readonly total: number;
}

/** What is not delivered, as the collector's own storage has it. */
export interface Kept {
  readonly deadLetters: number;
  readonly setAside: number;
  /** How much of the room for dead letters is taken; 1 is all of it. */
  readonly fullness: number;
  /** The last backfill, if there was one. */
  readonly backfill: BackfillState | null;
}

/** `patienceMs`: a backfill that makes no progress for longer is stalled. */
export function missingOf(
  { gaps }: Health,
  { deadLetters, setAside, backfill }: Kept,
  nowMs: number,
  patienceMs: number,
): Missing {
  const counts = {
    deadLetters,
    setAside,
    gaps: recordsMissing(gaps),
    stalledBackfills: backfill !== null && isStalled(backfill, nowMs, patienceMs) ? 1 : 0,
  };
  return { ...counts, total: Object.values(counts).reduce((sum, one) => sum + one, 0) };
}

/** Has it made no progress for that long? */
function isStalled({ completedAt, movedAt }: BackfillState, nowMs: number, patienceMs: number) {
  return completedAt === null && nowMs - Date.parse(movedAt) > patienceMs;
}

/** Each kind that there is, with its number. */
export function missingInWords(
  { deadLetters, setAside, gaps, stalledBackfills }: Missing,
): readonly string[] {
  return [
    deadLetters > 0 && count(deadLetters, "dead letter"),
    setAside > 0 && `${count(setAside, "event")} set aside`,
    gaps > 0 && `${count(gaps, "record")} that LivePerson did not show`,
    stalledBackfills > 0 && "what is left of a stalled backfill",
  ].filter((part) => part !== false);
}
