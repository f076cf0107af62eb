/**
 * New records, one after another: the reading half of the engine. Continues from where the state is, finds
 * the place again when the listing has moved, and yields what has not been dealt with yet: everything that
 * one answer shows together, so that nobody has to wait for each record. The consumer deals with each
 * record in the state before it takes the next, and takes everything that is yielded together unless it
 * stops for good. I/O through the page reader alone.
 */
import { type Standing, standingOf } from "./boundary.ts";
import { searchDay } from "./cursor.ts";
import { readAround } from "./dated_page.ts";
import { freshAt, type Instant, toInstants } from "./instants.ts";
import { goToLaterDay } from "./later_day.ts";
import { lateRecords } from "./late_records.ts";
import { BEHIND_PATIENCE_MS, type ListingState } from "./listing_state.ts";
import { locate } from "./locate.ts";
import type { Listed } from "./ports.ts";
import { type Reading, recall } from "./reading.ts";
import type { SolidPage } from "./solid_page.ts";
import { CLOCK_TOLERANCE_MS } from "./time.ts";
import { type Taken, tellUnshown, wholeInstant } from "./whole_instant.ts";

/** Beyond this many pages, a listing is read from a later day if it can be. */
const DEEP_PAGES = 1;

/** How often a run reads a listing again that keeps moving and shows nothing new, before it waits. */
const MAX_BARREN_RETURNS = 8;

/**
 * The records that were not dealt with yet, up to the end of the listing, to `untilMs` or to the end of the
 * budget. With each record, `progress.more` says whether there is more after it.
 * @throws what the source throws, and what `locate` throws
 */
export async function* newRecords<R extends Listed>(
  reading: Reading<R>,
): AsyncGenerator<Iterable<Taken<R>>, void> {
  const { reader, state, progress } = reading;
  if (state.isOutdated(DEEP_PAGES * reader.size.full)) state.misplace();
  let furthestMs = state.place?.beforeMs ?? -Infinity;
  for (let barren = 0; barren < MAX_BARREN_RETURNS; barren++) {
    const page = await nextPage(reading);
    const dealt = state.dealtCount;
    const standing = standingNow(state, page);
    if (standing === "holds") {
      if (yield* takePage(reading, page)) return;
    } else if (standing === "inserted") {
      progress.relocations++;
      yield* lateRecords(reading);
    } else if (!isShift(state, page) && isBehind(reading, page)) return;
    const { beforeMs } = state.place ?? { beforeMs: -Infinity };
    if (state.dealtCount > dealt || beforeMs > furthestMs) barren = 0;
    furthestMs = Math.max(furthestMs, beforeMs);
    if (!reader.hasPages && !reader.hasBudget()) {
      progress.more = true;
      return;
    }
  }
  // the answers contradict each other: perhaps they come from replicas, and one is behind
  state.setBehind(state.behindSinceMs ?? progress.readAtMs);
  progress.behind = true;
  progress.more = false;
}

/** The page to read on from: at the place, or where it is found. */
async function nextPage<R extends Listed>(reading: Reading<R>): Promise<SolidPage<R>> {
  const { reader, state } = reading;
  const { place } = state;
  if (place !== null && place.scope === reader.scope) {
    const page = await reader.readOn(place.day, place.offset);
    if (place.scope === reader.scope) return await readAround(reader, page, place.offset);
  }
  const fromMs = state.watermarkMs;
  const day = searchDay({ watermarkMs: fromMs });
  const { isFirst: undatedFirst } = state;
  const { offset, page } = await locate(reader, { day, fromMs, likelyOffset: 0, undatedFirst });
  state.moveTo({ day, offset, beforeMs: fromMs, scope: reader.scope });
  return page;
}

/** Is the place still where it was, with at least what it showed? */
function standingNow(state: ListingState, page: SolidPage): Standing {
  const place = state.place!;
  const standing = standingOf(page, place);
  if (standing !== "holds") return standing;
  const expected = state.shownAt(place.beforeMs);
  if (expected === 0) return "holds";
  const [first, second] = toInstants(page.records, place.offset - page.offset, place.beforeMs);
  const shown = first?.timeMs === place.beforeMs ? first.records.length : 0;
  const isWhole = page.last || second !== undefined || shown === 0;
  return isWhole && shown < expected ? "fewer" : "holds";
}

/**
 * Is the place itself shown, with newer records before it? Then the source is not behind: a record was
 * deleted before the place, or one that can't be shown belongs to the instant at the place.
 */
function isShift(state: ListingState, page: SolidPage): boolean {
  const index = state.place!.offset - page.offset;
  return index <= page.records.length && standingOf(page, state.place!) === "fewer" &&
    state.shiftBack();
}

/**
 * The source shows less than before, so it is given time to catch up. After that time, what it shows
 * counts.
 */
function isBehind<R extends Listed>({ state, progress }: Reading<R>, page: SolidPage<R>): boolean {
  const sinceMs = state.behindSinceMs ?? page.readAtMs;
  if (page.readAtMs - sinceMs < BEHIND_PATIENCE_MS) {
    state.setBehind(sinceMs);
    progress.behind = true;
    return true;
  }
  state.forgive();
  return false;
}

/** Yields what is new on a page. Returns true when nothing more is to be read. */
async function* takePage<R extends Listed>(
  reading: Reading<R>,
  page: SolidPage<R>,
): AsyncGenerator<Iterable<Taken<R>>, boolean> {
  const { state, limits, progress } = reading;
  const place = state.place!;
  // now, as the run may reach its limit within this page
  state.moveWatermark(page.readAtMs, limits.lateArrivalWindowMs);
  const instants = toInstants(page.records, place.offset - page.offset, place.beforeMs);
  const untilMs = limits.untilMs ?? Infinity;
  if (!page.last && instants.length === 1 && instants[0].timeMs < untilMs) {
    return yield* takeLargeInstant(reading, page, instants[0]);
  }
  const whole = page.last ? instants : instants.slice(0, -1);
  const wanted = whole.filter(({ timeMs }) => timeMs < untilMs);
  const ended = page.last || (instants.at(-1)?.timeMs ?? untilMs) >= untilMs;
  if (reading.dealtAt !== undefined) {
    for (const { timeMs } of wanted) await recall(reading, timeMs);
  }
  yield takeInstants(reading, page, wanted, ended);
  const cut = page.last ? undefined : instants.at(-1);
  if (cut !== undefined && !ended) {
    const lastMs = wanted.at(-1)?.timeMs;
    state.passOver(lastMs === undefined ? place.beforeMs : lastMs + 1, cut.timeMs);
    moveTo(state, page, cut.index, cut.timeMs);
  }
  state.moveWatermark(page.readAtMs, limits.lateArrivalWindowMs);
  progress.more = false;
  if (ended) state.setBehind(null);
  const isBeyond = (instants.at(-1)?.timeMs ?? 0) >= untilMs;
  if (!ended || !page.last || isBeyond) return ended;
  return !await goToLaterDay(reading, page);
}

/** The new records of a page. The state moves along with whoever takes them. */
function* takeInstants<R extends Listed>(
  reading: Reading<R>,
  page: SolidPage<R>,
  instants: readonly Instant<R>[],
  ended: boolean,
): Generator<Taken<R>, void> {
  const { state, progress } = reading;
  const freshOfPage = (instant: Instant<R>) =>
    freshAt(instant, page.breaks, state.printsAt(instant.timeMs));
  let left = ended
    ? instants.reduce((sum, instant) => sum + freshOfPage(instant).length, 0)
    : Infinity;
  let passedMs = state.place!.beforeMs;
  for (const instant of instants) {
    const { timeMs, index, records } = instant;
    state.passOver(passedMs, timeMs);
    passedMs = timeMs + 1;
    // a record of the future stays last in the listing: everything that is still to come is before it
    const isFuture = timeMs > page.readAtMs + CLOCK_TOLERANCE_MS;
    if (!(page.last && isFuture)) moveTo(state, page, index, timeMs);
    for (const { record, occurrence } of freshOfPage(instant)) {
      progress.more = --left > 0;
      yield { record, occurrence, timeMs };
    }
    state.leave(timeMs, records.length);
    tellUnshown(reading, page, instant);
  }
}

/** Yields what is new at an instant that is larger than the page. Returns true when nothing more is to be read. */
async function* takeLargeInstant<R extends Listed>(
  reading: Reading<R>,
  page: SolidPage<R>,
  { timeMs, index, records }: Instant<R>,
): AsyncGenerator<Iterable<Taken<R>>, boolean> {
  const { state, limits, progress } = reading;
  state.passOver(state.place!.beforeMs, timeMs);
  moveTo(state, page, index, timeMs);
  const { day, offset, inside = 0, scope } = state.place!;
  progress.more = true;
  const read = yield* wholeInstant(reading, { day, offset, timeMs, inside });
  if (read === null) {
    progress.relocations++;
    yield* lateRecords(reading);
    return false;
  }
  if ("inside" in read) {
    state.moveTo({ ...state.place!, inside: read.inside });
    return true;
  }
  progress.more = false;
  const shown = records.filter(({ unreadable }) => !unreadable).length;
  if (read.size < Math.max(shown, state.shownAt(timeMs))) return isBehind(reading, page);
  state.leave(timeMs, read.size);
  state.moveTo({ day, scope, offset: offset + read.size, beforeMs: timeMs + 1 });
  state.moveWatermark(page.readAtMs, limits.lateArrivalWindowMs);
  return false;
}

/** The place is the beginning of an instant of a page. */
function moveTo(state: ListingState, page: SolidPage, index: number, timeMs: number): void {
  const { day, scope, beforeMs, inside } = state.place!;
  const offset = page.offset + index;
  const isThere = beforeMs === timeMs && inside !== undefined;
  state.moveTo({ day, scope, offset, beforeMs: timeMs, ...(isThere && { inside }) });
}
