/**
 * Some sources answer no offset beyond a limit, so a listing may end before its records do. What lies
 * beyond its end can't be read, but the listing of a later day begins further on, and reading continues
 * there. I/O through the page reader alone.
 */
import type { ListingState } from "./listing_state.ts";
import { locate } from "./locate.ts";
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { Reading } from "./reading.ts";
import { firstTimeMs, lastTimeMs, type SolidPage } from "./solid_page.ts";
import {
  CLOCK_TOLERANCE_MS,
  dayAfter,
  earliestStartMs,
  HOUR_MS,
  listingDay,
  utcDay,
} from "./time.ts";

/**
 * A newer record counts as a sign only once it is this old: the replica that answers may be behind for a
 * while.
 */
const SETTLED_MS = HOUR_MS;

/**
 * Continues with the listing of the next day if the one that was read to its end is cut off there. The end
 * itself does not always show that, so once a day a later listing is checked for anything newer. What is
 * between the two listings is told as a gap. `end`: the last page. True if there is more to read.
 */
export async function goToLaterDay<R extends Listed>(
  reading: Reading<R>,
  end: SolidPage<R>,
): Promise<boolean> {
  const { reader, state, limits, progress } = reading;
  const place = state.place!;
  const { untilMs } = limits;
  const shownMs = lastTimeMs(end.records) ?? place.beforeMs - 1;
  const day = dayAfter(place.day);
  const told = progress.gaps.length;
  if (earliestStartMs(day) >= end.readAtMs) {
    tellHidden(progress, end, end.hidden, untilMs);
    return false;
  }
  if (untilMs !== undefined && earliestStartMs(day) >= untilMs) {
    if (end.hidden === undefined) return false;
    const later = await reader.readAt(day, 0);
    progress.gaps.splice(told); // the range ends before that listing
    const beforeMs = firstTimeMs(later.records) ?? untilMs;
    tellHidden(progress, end, hiddenBefore(later, end, shownMs), beforeMs);
    return false;
  }
  const kind = end.isCut ? "cut" : await endOf(reader, state, end, shownMs);
  progress.gaps.splice(told); // what can't be shown there is found again once reading continues there
  if (kind === "complete") tellHidden(progress, end, end.hidden, untilMs);
  if (kind !== "cut") return kind === "read on";
  const start = { day, undatedFirst: true };
  const ahead = await locate(reader, { ...start, fromMs: shownMs, likelyOffset: 0 });
  if (timeFrom(ahead.page, ahead.offset) === null && !ahead.page.isCut) {
    tellHidden(progress, end, end.hidden, untilMs);
    return false;
  }
  const first = await reader.readAt(day, 0);
  const fromMs = state.watermarkMs;
  const { offset } = await locate(reader, { ...start, fromMs, likelyOffset: ahead.offset });
  const hidden = hiddenBefore(first, end, shownMs);
  const beforeMs = firstTimeMs(first.records) ?? end.readAtMs;
  if (hidden !== 0) tellHidden(progress, end, hidden, beforeMs, shownMs);
  // late records may still come before that listing, or may have pushed others beyond the end, unseen
  const lastMs = Math.max(shownMs, fromMs - 1);
  const afterMs = lastMs - limits.lateArrivalWindowMs - CLOCK_TOLERANCE_MS;
  tellHidden(progress, end, 0, beforeMs, afterMs);
  state.goTo({ day, offset, beforeMs: fromMs, scope: place.scope });
  return true;
}

/**
 * Tells how many records lie beyond the last page of a listing; nothing if it does not end there early.
 * `beforeMs`: where they end, if reading goes on or ends there.
 */
function tellHidden(
  progress: Progress,
  { day, offset, records: shown, readAtMs }: SolidPage,
  records: number | null | undefined,
  beforeMs: number | undefined,
  afterMs = lastTimeMs(shown),
): void {
  if (records === undefined) return;
  const where = { day, offset: offset + shown.length, records };
  const around = { afterMs, beforeMs: beforeMs ?? null, foundAtMs: readAtMs };
  progress.gaps.push({ ...where, ...around, why: "beyond the last offset" });
}

/**
 * How many records lie between the end of a listing and the first page of a later one: none if that begins
 * with what the end still shows. Null if it can't be known. The source may have counted at different times,
 * so without such an overlap at least one is assumed.
 */
function hiddenBefore(
  { records, total = 0, last }: SolidPage,
  { hidden = null }: SolidPage,
  shownMs: number,
): number | null {
  const firstMs = firstTimeMs(records);
  if (firstMs !== null && firstMs <= shownMs) return 0;
  const later = total > records.length ? total : last ? records.length : null;
  return hidden === null || later === null ? null : Math.max(1, hidden - later);
}

/**
 * Is the listing complete, or silently cut off: does a later listing show what this one does not? Checked
 * once a day, or at once if the source says that there is more. No source cuts off its first page.
 */
async function endOf<R extends Listed>(
  reader: PageReader<R>,
  state: ListingState,
  { day, offset: endOffset, records: shown, readAtMs, saysMore }: SolidPage<R>,
  shownMs: number,
): Promise<"complete" | "cut" | "read on"> {
  const isSmall = endOffset + shown.length < reader.size.full;
  if (saysMore === false || isSmall) return "complete";
  const newest = saysMore ? utcDay(readAtMs) : listingDay(readAtMs - SETTLED_MS);
  const mayAsk = saysMore || reader.size.mayAsk(day, newest);
  if (newest <= day || !mayAsk) return "complete";
  const newerMs = await newerShown(reader, laterDays(day, shownMs, newest), shownMs);
  if (newerMs === null) {
    reader.size.learnComplete(day, newest);
    return "complete";
  }
  const { records } = await reader.readOn(day, state.place!.offset);
  if ((lastTimeMs(records) ?? -Infinity) > shownMs) return "read on";
  return saysMore || newerMs <= readAtMs - SETTLED_MS ? "cut" : "complete";
}

/**
 * The days whose listings are checked for anything newer than an instant: the day after it; its own, which
 * shows the rest of that day, if there is a later listing of it; and the newest, because a listing that
 * begins earlier than requested may end where the one being read does.
 */
function laterDays(day: string, shownMs: number, newest: string): string[] {
  const shownDay = utcDay(shownMs);
  const days = [shownDay > day ? dayAfter(shownDay) : dayAfter(day), shownDay, newest];
  return [...new Set(days.map((later) => later > newest ? newest : later))]
    .filter((later) => later > day);
}

/** The time of the first record newer than an instant that the listings of these days show; null if there is none. */
async function newerShown<R extends Listed>(
  reader: PageReader<R>,
  days: readonly string[],
  shownMs: number,
): Promise<number | null> {
  const sought = { fromMs: shownMs + 1, likelyOffset: 0, undatedFirst: false };
  for (const day of days) {
    const { offset, page } = await locate(reader, { day, ...sought });
    const newerMs = timeFrom(page, offset);
    if (newerMs !== null) return newerMs;
  }
  return null;
}

/** The time of what a page shows from an offset on. */
function timeFrom({ offset, records }: SolidPage, from: number): number | null {
  return firstTimeMs(records.slice(from - offset));
}
