/** What is known to be missing at the destination, in numbers and words. Pure. */
import type { Gap } from "../../engine/progress.ts";
import { count, number } from "../../format.ts";
import { recordsMissing } from "./gaps.ts";
import type { Health } from "./health.ts";
import type { BackfillState } from "./report.ts";

export interface Missing {
  /** Events that were refused and are kept. */
  readonly deadLetters: number;
  /** Events that were not accepted, perhaps only because of others; runs try them again. */
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

/** How much a gap or a stalled backfill lacks can't always be known; it counts as one then. */
export function isLowerBound({ stalledBackfills }: Missing, gaps: readonly Gap[]): boolean {
  return stalledBackfills > 0 || isAnyUnknown(gaps);
}

/** `21`, or `at least 21` */
export function totalInWords(missing: Missing, gaps: readonly Gap[]): string {
  return `${isLowerBound(missing, gaps) ? "at least " : ""}${number(missing.total)}`;
}

/** `21 records`, or `at least 21 records` */
export function gapsInWords(missing: Missing, gaps: readonly Gap[]): string {
  return `${isAnyUnknown(gaps) ? "at least " : ""}${count(missing.gaps, "record")}`;
}

function isAnyUnknown(gaps: readonly Gap[]): boolean {
  return gaps.some(({ records }) => records === null);
}

/** Events that were not accepted and are kept. */
export function keptEvents({ deadLetters, setAside }: Missing): number {
  return deadLetters + setAside;
}

/** Each kind that there is, with its number. */
export function missingInWords(missing: Missing, known: readonly Gap[]): readonly string[] {
  const { deadLetters, setAside, gaps, stalledBackfills } = missing;
  return [
    deadLetters > 0 && count(deadLetters, "dead letter"),
    setAside > 0 && `${count(setAside, "event")} set aside`,
    gaps > 0 && `${gapsInWords(missing, known)} that LivePerson did not show`,
    stalledBackfills > 0 && "what is left of a stalled backfill",
  ].filter((part) => part !== false);
}
