/** The gaps that are known: records that the source has and did not show. Pure. */
import type { Gap } from "../../engine/ports.ts";
import { DAY_MS, dayStartMs } from "../../engine/time.ts";

/** A range of event times that was read once more to its end. What was found since then still counts. */
export interface ReadAgain {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sinceMs: number;
}

/** More are not told apart; a source with so many is broken. */
const KEPT_GAPS = 100;
const HOUR_MS = 60 * 60_000;

/** The gaps after a run that found some. Those of a range that was read again are gone, unless found again. */
export function gapsAfter(
  before: readonly Gap[],
  found: readonly Gap[],
  readAgain: readonly ReadAgain[],
): readonly Gap[] {
  const left = before.filter((gap) =>
    !readAgain.some((range) => liesIn(gap, range)) &&
    !found.some(({ day, offset }) => day === gap.day && offset === gap.offset)
  );
  return [...left, ...found].slice(-KEPT_GAPS);
}

/** A day that was reconciled is read again some time after its end. */
export function reconciledRange(day: string): ReadAgain {
  const fromMs = dayStartMs(day);
  return { fromMs, toMs: fromMs + DAY_MS, sinceMs: fromMs + DAY_MS + HOUR_MS };
}

/** How many records are missing; a gap of which that is not known counts as one. */
export function recordsMissing(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { records }) => sum + (records ?? 1), 0);
}

function liesIn({ day, afterMs, beforeMs, foundAtMs }: Gap, range: ReadAgain): boolean {
  const timeMs = afterMs ?? beforeMs ?? dayStartMs(day);
  return timeMs >= range.fromMs && timeMs < range.toMs && foundAtMs < range.sinceMs;
}
