/**
 * Late records: what was inserted before the place. Everything dealt with within the window is known, so it
 * is known where each boundary should be, and the first one that is elsewhere shows where to look. That
 * takes a few reads, however much the window holds. I/O through the page reader alone.
 */
import { type Boundary, standingOf } from "./boundary.ts";
import { freshAt, toInstants } from "./instants.ts";
import type { ListingState } from "./listing_state.ts";
import { locate } from "./locate.ts";
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import { type Reading, recall } from "./reading.ts";
import type { SolidPage } from "./solid_page.ts";
import { type Taken, tellUnshown, wholeInstant } from "./whole_instant.ts";

/** A boundary that is where it should be, and a page that shows what follows it. */
interface Held<R extends Listed> {
  readonly boundary: Boundary;
  readonly page: SolidPage<R>;
  /** The place was moved with it. */
  readonly isRebased?: boolean;
}

/**
 * Yields the records that were inserted first. What was inserted before the window only moves the place. If
 * neither is found, the listing has changed otherwise: the place is given up, and the window is read again.
 */
export async function* lateRecords<R extends Listed>(
  reading: Reading<R>,
): AsyncGenerator<Iterable<Taken<R>>, void> {
  const { reader, state, progress } = reading;
  const untilMs = state.place!.beforeMs;
  const dealt = state.dealtCount;
  const { boundary, page, isRebased } = await lastHeld(reader, state) ??
    await windowStart(reader, state);
  const index = boundary.offset - page.offset;
  const instants = toInstants(page.records, index, boundary.beforeMs)
    .filter(({ timeMs }) => timeMs < untilMs);
  const isCut = !page.last && instants.length > 0 &&
    instants.at(-1)!.index + instants.at(-1)!.records.length === page.records.length;
  const whole = isCut ? instants.slice(0, -1) : instants;
  progress.more = true;
  let passedMs = boundary.beforeMs;
  for (const instant of whole) {
    const { timeMs, records } = instant;
    state.passOver(passedMs, timeMs);
    passedMs = timeMs + 1;
    await recall(reading, timeMs);
    yield freshAt(instant, page.breaks, state.printsAt(timeMs))
      .map((fresh) => ({ ...fresh, timeMs }));
    state.leave(timeMs, records.length);
    tellUnshown(reading, page, instant);
  }
  if (isCut && whole.length === 0) {
    const { timeMs } = instants[0];
    const start = { day: page.day, offset: boundary.offset, timeMs, inside: 0 };
    const read = yield* wholeInstant(reading, start);
    if (read === null || "inside" in read) return state.misplace(); // in the order of the listing, reading can continue within it
    state.leave(timeMs, read.size);
  }
  // records that can't be shown explain nothing: they are counted with one instant or another
  if (state.dealtCount === dealt && !isRebased) state.misplace();
}

/** The last boundary of the window that is where it should be; null if not even the first one is. */
async function lastHeld<R extends Listed>(
  reader: PageReader<R>,
  state: ListingState,
): Promise<Held<R> | null> {
  const { day } = state.place!;
  const boundaries = state.boundaries();
  let held: Held<R> | null = null;
  let low = -1;
  let high = boundaries.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const page = await reader.readAt(day, Math.max(0, boundaries[middle].offset - 1));
    const before = low;
    for (let at = middle; at < high && shows(page, boundaries[at]); at++) {
      if (standingOf(page, boundaries[at]) !== "holds") high = at;
      else held = { boundary: boundaries[low = at], page };
    }
    if (low === before && high > middle) high = middle; // the listing ends before it
  }
  if (held === null) return null;
  const next = boundaries[low + 1]?.offset ?? state.place!.offset;
  if (next < held.page.offset + held.page.records.length) return held;
  const { boundary } = held;
  const page = await reader.readAt(day, Math.max(0, boundary.offset - 1));
  return standingOf(page, boundary) === "holds" ? { boundary, page } : null; // it has moved meanwhile
}

function shows(page: SolidPage, { offset }: Boundary): boolean {
  return offset - page.offset < page.records.length;
}

/** Where the window begins now; the place is moved with it. */
async function windowStart<R extends Listed>(
  reader: PageReader<R>,
  state: ListingState,
): Promise<Held<R>> {
  const { day, offset: placeOffset } = state.place!;
  const fromMs = state.watermarkMs;
  const likelyOffset = state.boundaries()[0]?.offset ?? placeOffset;
  const { offset, page } = await locate(reader, { day, fromMs, likelyOffset, undatedFirst: false });
  const isRebased = state.rebase(offset);
  return { boundary: { beforeMs: fromMs, offset }, page, isRebased };
}
