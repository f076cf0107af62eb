/** The known gaps: records that the source has but did not show. Pure. */
import { type Gap, tooLargeOf } from "../../engine/progress.ts";
import { DAY_MS, dayStartMs } from "../../engine/time.ts";

/** A range of event times that was read again completely. Gaps found since then still count. */
export interface ReadAgain {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sinceMs: number;
}

/** Further gaps are not kept separately; a source with so many is broken. */
const KEPT_GAPS = 100;

/**
 * The gaps after a run that found some. Gaps in a range that was read again are dropped, unless they were
 * found again. So are earlier gaps at a time at which this run found one, whatever its offset is by now, and
 * those where it turned out that nothing is missing. `isAtEnd`: the collection has reached the end of the
 * listing, so that nothing it was waiting for is hidden any more.
 */
export function gapsAfter(
  before: readonly Gap[],
  found: readonly Gap[],
  readAgain: readonly ReadAgain[],
  isAtEnd = false,
): readonly Gap[] {
  const news = eachOnce(found, before);
  const times = new Set(found.flatMap((gap) => timeOf(gap) ?? []));
  const spots = new Set(news.map(spotOf));
  const left = before.filter((gap) =>
    !readAgain.some((range) => liesIn(gap, range)) && !spots.has(spotOf(gap)) &&
    !times.has(timeOf(gap) ?? "") && !(isAtEnd && isAwaited(gap))
  );
  return [...left, ...news.filter(({ records }) => records !== 0)].slice(-KEPT_GAPS);
}

/** A day that was reconciled. `sinceMs`: when that began, epoch milliseconds. */
export function reconciledRange(day: string, sinceMs: number): ReadAgain {
  const fromMs = dayStartMs(day);
  return { fromMs, toMs: fromMs + DAY_MS, sinceMs };
}

/** How many records are missing; a gap of unknown size counts as one. */
export function recordsMissing(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { records }) => sum + (records ?? 1), 0);
}

/**
 * A run may meet the same gap several times, because it reads again, not always from a record before the
 * gap, and continues in the listing of another day. What it does not know this time is taken from `before`.
 */
function eachOnce(found: readonly Gap[], before: readonly Gap[]): Gap[] {
  const known = new Map(before.map((gap) => [spotOf(gap), gap]));
  const each = new Map<string, Gap>();
  for (const gap of found.flatMap(oneByOne)) {
    const told = known.get(spotOf(gap)) ?? gap;
    const filled = {
      ...gap,
      afterMs: gap.afterMs ?? told.afterMs,
      beforeMs: gap.beforeMs ?? told.beforeMs,
      ...tooLargeOf(gap, told),
    };
    known.set(spotOf(gap), filled);
    // one after another, records that can't be shown are several gaps at one time
    const key = (gap.why === "unreadable" ? null : timeOf(filled)) ?? spotOf(filled);
    each.set(key, { ...filled, records: gap.records ?? each.get(key)?.records ?? null });
  }
  return [...each.values()];
}

/** Records that can't be shown may be met again one at a time. */
function oneByOne(gap: Gap): Gap[] {
  const { why, records, offset } = gap;
  if (why !== "unreadable" || records === null) return [gap];
  return Array.from({ length: records }, (_, i) => ({ ...gap, offset: offset + i, records: 1 }));
}

function spotOf({ why, day, offset }: Gap): string {
  return [why, day, offset].join(" ");
}

/** Offsets change as records are added before them, and with the day that a listing begins with; times don't. Where nothing is missing, only the place counts. */
function timeOf({ why, afterMs, records }: Gap): string | null {
  return afterMs === null || records === 0 ? null : [why, afterMs].join(" ");
}

/** Does reading wait there until the source shows more? */
function isAwaited({ why, beforeMs }: Gap): boolean {
  return why === "beyond the last offset" && beforeMs === null;
}

function liesIn({ day, afterMs, beforeMs, foundAtMs }: Gap, range: ReadAgain): boolean {
  const timeMs = afterMs ?? beforeMs ?? dayStartMs(day);
  return timeMs >= range.fromMs && timeMs < range.toMs && foundAtMs < range.sinceMs;
}
