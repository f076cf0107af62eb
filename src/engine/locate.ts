/**
 * Finds a boundary in the listing, in few reads: for get-events, a first fetch, and whenever the place is
 * lost.
 * Reads through the page reader alone.
 */
import { CollectorError } from "../errors.ts";
import { backToDated, withPageBefore } from "./dated_page.ts";
import { expectedOffset, noteEnd, type SearchRange } from "./expected_offset.ts";
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import type { SolidPage } from "./solid_page.ts";

export interface Located<R extends Listed> {
  /** The offset of the first record that is not older. */
  readonly offset: number;
  /** A page that shows the boundary. */
  readonly page: SolidPage<R>;
}

export interface Sought {
  /** The listing starts at this day. */
  readonly day: string;
  /** Epoch milliseconds: the first record is sought that is not older. */
  readonly fromMs: number;
  /** Where it may be. */
  readonly likelyOffset: number;
  /** At the listing's very beginning, records without a readable date count as not older. */
  readonly undatedFirst: boolean;
}

/** More would be needed only if the listing changed during the search, or had no order. */
const MAX_PROBES = 60;

/**
 * This many probes go where the times seen so far point. If they miss, the records do not come at a steady
 * rate.
 */
const MAX_GUESSES = 5;

/**
 * Searches the ascending listing: first the likely place, then where the times seen so far point; if that
 * misses, in growing strides and by halving. Each probe is a whole page, so that the one that shows the
 * boundary can be used at once.
 * @throws {CollectorError} `upstream_unreadable` when the listing has no order to search by
 */
export async function locate<R extends Listed>(
  reader: PageReader<R>,
  { day, fromMs, likelyOffset, undatedFirst }: Sought,
): Promise<Located<R>> {
  let low = 0;
  let high = Infinity;
  let stride = reader.size.size;
  let at = Math.max(0, likelyOffset - 1);
  const seen: SearchRange = { low: null, high: null, isBlind: false, total: null, readAtMs: 0 };
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    let page = await backToDated(reader, await reader.readAt(day, at));
    const isOlder = ({ timeMs }: Listed) => timeMs !== null && timeMs < fromMs;
    if (page.offset > 0 && page.offset <= low && !page.records.some(isOlder)) {
      // all before it was older a moment ago
      page = await backToDated(reader, await withPageBefore(reader, page));
    }
    const { records, offset } = page;
    noteEnd(seen, page, fromMs);
    const newer = records.findIndex(({ timeMs }) => timeMs !== null && timeMs >= fromMs);
    const older = records.findLastIndex((record, i) =>
      isOlder(record) && (newer === -1 || i < newer)
    );
    const isKnown = older !== -1 || offset === 0; // that everything before is older
    const atStart = older === -1 && offset === 0 && undatedFirst;
    if (isKnown && newer !== -1) return { offset: offset + (atStart ? 0 : newer), page };
    if (isKnown && page.last) return { offset: offset + (atStart ? 0 : records.length), page };
    if (isKnown) {
      low = offset + records.length;
      if (low >= high) high = Infinity; // it has grown during the search
    } else {
      high = offset;
      if (low >= high) low = 0; // it has shrunk
    }
    if (high === Infinity) {
      at = low - 1 + stride - reader.size.size;
      stride *= 2;
    } else {
      at = high - low < reader.size.size ? low - 1 : Math.floor((low + high) / 2);
    }
    const guess = probe < MAX_GUESSES ? expectedOffset(seen, fromMs, reader.size.stride) : null;
    if (guess !== null && high - low >= reader.size.stride) {
      at = Math.min(Math.max(guess, low - 1), high - reader.size.stride);
    }
    at = Math.max(0, at);
  }
  throw new CollectorError("upstream_unreadable", {
    detail:
      `The audit listing of ${day} is not in order of time, or changes too fast to be searched.`,
    upstream: { name: "audit", status: 200 },
  });
}
