/**
 * Some sources answer no offset beyond a limit, so a listing may end before its records do. What lies
 * beyond its end can't be read, but the listing of a later day begins further on, and reading continues
 * there. I/O through the page reader alone.
 */
import type { ListingState } from "./listing_state.ts";
import { locate } from "./locate.ts";
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
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
 * itself does not always show that, so once a day a later listing is checked for anything newer. `end`: the
 * last page. True if there is more to read.
 */
export async function goToLaterDay<R extends Listed>(
  { reader, state, limits, progress }: Reading<R>,
  end: SolidPage<R>,
): Promise<boolean> {
  const place = state.place!;
  const shownMs = lastTimeMs(end.records) ?? place.beforeMs - 1;
  const day = dayAfter(place.day);
  const beforeMs = Math.min(end.readAtMs, limits.untilMs ?? Infinity);
  if (earliestStartMs(day) >= beforeMs) return false;
  const told = progress.gaps.length;
  const kind = end.isCut ? "cut" : await endOf(reader, state, end, shownMs);
  progress.gaps.splice(told); // what can't be shown there is found again once reading continues there
  if (kind !== "cut") return kind === "read on";
  const start = { day, undatedFirst: true };
  const ahead = await locate(reader, { ...start, fromMs: shownMs, likelyOffset: 0 });
  if (timeFrom(ahead.page, ahead.offset) === null && !ahead.page.isCut) return false;
  const first = await reader.readAt(day, 0);
  const fromMs = state.watermarkMs;
  const { offset } = await locate(reader, { ...start, fromMs, likelyOffset: ahead.offset });
  // late records may have pushed others beyond the end, unseen
  const lastMs = Math.max(shownMs, fromMs - 1);
  const afterMs = lastMs - limits.lateArrivalWindowMs - CLOCK_TOLERANCE_MS;
  const around = { afterMs, beforeMs: firstTimeMs(first.records), foundAtMs: end.readAtMs };
  const where = { day: place.day, offset: end.offset + end.records.length, records: null };
  progress.gaps.push({ ...where, ...around, why: "beyond the last offset" });
  state.goTo({ day, offset, beforeMs: fromMs, scope: place.scope });
  return true;
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
