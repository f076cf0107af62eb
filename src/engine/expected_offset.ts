/**
 * Where to expect a boundary, judging by the times of the records that a search has seen on either side.
 * Only an estimate: it saves reads, and decides nothing. Pure.
 */
import { isDated, type SolidPage } from "./solid_page.ts";

/** What is known on one side of the boundary: the nearest page. */
interface KnownEnd {
  /** Of the record nearest to the boundary. */
  readonly offset: number;
  readonly timeMs: number;
  /** Records per millisecond on that page; null if all have the same time. */
  readonly perMs: number | null;
}

/** The pages nearest to the boundary so far: all older, or none older. */
export interface SearchRange {
  low: KnownEnd | null;
  high: KnownEnd | null;
  /** True when the last page showed no time, as beyond the end. */
  isBlind: boolean;
  /** How many records the source says there are; null if it has not said. */
  total: number | null;
  /** Epoch milliseconds. */
  readAtMs: number;
}

/** A page's own rate of records is trusted for this many pages beyond it. */
const TRUSTED_PAGES = 8;

/** An estimate without another end goes no further than this many times the distance so far. */
const MAX_GROWTH = 32;

/** Learns from a page that does not show the boundary. */
export function noteEnd(
  range: SearchRange,
  { offset, records, readAtMs, total }: SolidPage,
  fromMs: number,
): void {
  range.readAtMs = readAtMs;
  // a smaller number may count the records of the page
  if (total !== undefined && total > records.length) range.total = total;
  const first = records.findIndex(isDated);
  const last = records.findLastIndex(isDated);
  range.isBlind = first === -1;
  if (range.isBlind) return;
  const [firstMs, lastMs] = [records[first].timeMs!, records[last].timeMs!];
  const perMs = lastMs > firstMs ? (last - first) / (lastMs - firstMs) : null;
  if (lastMs < fromMs) range.low = { offset: offset + last, timeMs: lastMs, perMs };
  else if (firstMs >= fromMs) range.high = { offset: offset + first, timeMs: firstMs, perMs };
}

/**
 * The offset from which a page is expected to show the boundary in its middle; null if there is no way to
 * know. `size`: how many records a page shows.
 */
export function expectedOffset(
  { low, high, isBlind, total, readAtMs }: SearchRange,
  fromMs: number,
  size: number,
): number | null {
  if (low === null || isBlind) return null;
  const half = Math.floor(size / 2);
  const near = high === null && total !== null ? [] : [low, high].filter((end) => end !== null)
    .toSorted((a, b) => Math.abs(fromMs - a.timeMs) - Math.abs(fromMs - b.timeMs));
  for (const end of near) {
    const away = end.perMs === null ? Infinity : (fromMs - end.timeMs) * end.perMs;
    if (Math.abs(away) <= TRUSTED_PAGES * size) {
      return Math.floor(end.offset + away) - half;
    }
  }
  const far = high ?? (total === null ? null : { offset: total, timeMs: readAtMs });
  if (far !== null && far.timeMs > low.timeMs) {
    const share = Math.min(1, (fromMs - low.timeMs) / (far.timeMs - low.timeMs));
    const offset = Math.floor(low.offset + share * (far.offset - low.offset)) - half;
    // the last page is read so that it shows the end as well
    return high === null ? Math.min(offset, Math.max(0, far.offset - size + 1)) : offset;
  }
  if (far !== null || low.perMs === null) return null;
  const away = (fromMs - low.timeMs) * low.perMs;
  return Math.floor(Math.min(low.offset + away, (low.offset + 1) * MAX_GROWTH)) - half;
}
