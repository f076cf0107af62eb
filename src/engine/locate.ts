/**
 * Finds the place in the listing where the unsealed records begin, in few reads.
 * Used for a first fetch, and whenever the listing is found to have moved.
 */
import type { Listed } from "./listing_state.ts";
import { utcDay } from "./time.ts";

/** A part of the source's listing, oldest first. */
export interface Page<R extends Listed = Listed> {
  readonly records: readonly R[];
  /** The host's clock, epoch milliseconds, when the page was asked for. */
  readonly readAtMs: number;
  /** How many records the source says there are: of the listing, or of the page. Only ever a hint. */
  readonly total?: number;
}

/** Reads at most `first` records of the listing that starts at a UTC day, from an offset on. */
export interface Source<R extends Listed = Listed> {
  read(from: { day: string; offset: number; first: number }): Promise<Page<R>>;
}

export interface Located<R extends Listed> {
  readonly day: string;
  /** Offset of the first unsealed record. */
  readonly offset: number;
  /** The record just before it, if the listing has one. */
  readonly anchor: R | null;
  /** The page's records from that offset on. */
  readonly records: readonly R[];
  readonly readAtMs: number;
  /** True when the page shows the end of the listing. */
  readonly last: boolean;
}

/**
 * Searches the ascending listing for the first record that is not older than `fromMs`: from
 * `likelyOffset` on in growing strides, then by halving. Each probe is a whole page, so that the one
 * that holds the boundary is read at once. `pageSize` is at least 2.
 */
export async function locate<R extends Listed>(
  source: Source<R>,
  fromMs: number,
  likelyOffset: number,
  pageSize: number,
): Promise<Located<R>> {
  const day = utcDay(fromMs);
  let low = 0; // the record here is older than fromMs, unless this is the listing's start
  let high = Infinity; // nothing older than fromMs is at or after this offset
  let stride = pageSize;
  let offset = likelyOffset;
  for (;;) {
    const page = await source.read({ day, offset, first: pageSize });
    const { records } = page;
    const last = records.length < pageSize;
    const open = firstNotOlder(records, fromMs);
    if (open === 0 && offset > 0) {
      if (offset === low) low = 0; // the listing has shrunk under the search
      high = offset;
    } else if (open === records.length && !last) {
      low = offset + records.findLastIndex((record) => record.timeMs !== null);
      if (low >= high) high = Infinity; // it has grown under the search
    } else {
      return {
        day,
        offset: offset + open,
        anchor: records[open - 1] ?? null,
        records: records.slice(open),
        readAtMs: page.readAtMs,
        last,
      };
    }
    if (high === Infinity) {
      offset = low + stride - pageSize;
      stride *= 2;
    } else {
      offset = high - low < pageSize ? low : Math.floor((low + high) / 2);
    }
  }
}

/** Index of the first record that is not older; one without a readable date counts as old as the one before. */
function firstNotOlder(records: readonly Listed[], fromMs: number): number {
  let olderBefore = false;
  for (let i = 0; i < records.length; i++) {
    const { timeMs } = records[i];
    if (timeMs === null ? !olderBefore : timeMs >= fromMs) return i;
    olderBefore = true;
  }
  return records.length;
}
