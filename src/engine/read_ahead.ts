/**
 * Reads pages of a backlog ahead, while batches are pushed. Every page is checked against the one
 * before it all the same, so a page that was read too early costs a request and nothing else.
 */
import type { Page, Source } from "./locate.ts";
import type { Listed } from "./reading.ts";

export interface ReadAheadOptions {
  /** Pages in flight at once. */
  readonly maxInFlight: number;
  /** Records that the run will take at most: no page is read for more. */
  readonly maxRecords: number;
  /** False when no request may be spent on a guess. */
  readonly mayRead: () => boolean;
  /** How often the source has asked for fewer requests so far. */
  readonly throttled: () => number;
}

/** A source that doesn't tell how many records are left is read ahead only after so many full pages. */
const SURE_OF_BACKLOG_PAGES = 4;
/** After the source asked for fewer requests, one more page at once is tried after so many quiet ones. */
const QUIET_PAGES = 4;

interface From {
  readonly day: string;
  readonly offset: number;
  readonly first: number;
}

export class ReadAhead<R extends Listed> implements Source<R> {
  readonly #ahead = new Map<string, Promise<Page<R>>>();
  #fullPages = 0;
  #returned = 0;
  #width: number;
  #throttledBefore = 0;
  #quietPages = 0;

  /** `direct`: the source itself, for reads that nothing follows. */
  constructor(readonly direct: Source<R>, private readonly options: ReadAheadOptions) {
    this.#width = options.maxInFlight;
  }

  /** True while a page is read or being read that nobody has taken yet. */
  get hasPages(): boolean {
    return this.#ahead.size > 0;
  }

  /** Forgets what was read ahead, once nothing of it is in flight any more. */
  async drop(): Promise<void> {
    await Promise.allSettled(this.#ahead.values());
    this.#ahead.clear();
  }

  async read(from: From): Promise<Page<R>> {
    const key = keyOf(from);
    const guessed = this.#ahead.get(key);
    if (guessed === undefined) await this.drop(); // the guess was wrong: the listing has moved
    else this.#ahead.delete(key);
    const page = await (guessed ?? this.direct.read(from));
    this.#returned += page.records.length;
    this.#adapt();
    this.#fullPages = page.records.length === from.first ? this.#fullPages + 1 : 0;
    if (this.#fullPages > 0) this.#readAhead(from, page);
    return page;
  }

  #readAhead(from: From, page: Page<R>): void {
    const step = from.first - 1; // the next page shows the last record of this one again
    const left = Math.min(this.#recordsLeft(from, page), this.options.maxRecords - this.#returned);
    const pages = Math.min(Math.ceil(left / step), this.#width);
    for (let n = 1; n <= pages; n++) {
      const next = { ...from, offset: from.offset + n * step };
      const key = keyOf(next);
      if (this.#ahead.has(key)) continue;
      if (!this.options.mayRead()) return;
      const reading = this.direct.read(next);
      reading.catch(() => {}); // told to whoever waits for it
      this.#ahead.set(key, reading);
    }
  }

  /** A total that is larger than the page can only be that of all records. It is a hint, no more. */
  #recordsLeft({ offset }: From, { records, total }: Page<R>): number {
    if (total !== undefined && total > records.length) return total - offset - records.length;
    return this.#fullPages >= SURE_OF_BACKLOG_PAGES ? Infinity : 0;
  }

  /** One page at a time once the source asks for fewer requests, then carefully up again. */
  #adapt(): void {
    const throttled = this.options.throttled();
    if (throttled > this.#throttledBefore) {
      this.#throttledBefore = throttled;
      this.#width = 1;
      this.#quietPages = 0;
    } else if (++this.#quietPages % QUIET_PAGES === 0) {
      this.#width = Math.min(this.#width + 1, this.options.maxInFlight);
    }
  }
}

function keyOf({ day, offset, first }: From): string {
  return `${day} ${offset} ${first}`;
}
