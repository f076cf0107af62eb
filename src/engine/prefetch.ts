/**
 * Reads pages of a backlog ahead, while batches are made and pushed. Every page is checked against the
 * one before it all the same, so a page that was read too early costs a request and nothing else.
 */
import type { Page, Source } from "./locate.ts";
import type { Listed } from "./listing_state.ts";

export interface ReadAheadOptions {
  /** Requests in flight at once, and pages that wait in memory. */
  readonly maxInFlight: number;
  /** Records that the run will take at most: no page is read for more. */
  readonly maxRecords: number;
  /** True when a backlog is known of before anything is read. */
  readonly backlog: boolean;
  /** False when no request may be spent on a guess. */
  readonly mayRead: () => boolean;
  /** How often the source has asked for fewer requests so far. */
  readonly throttled: () => number;
  /** Lets requests that were made leave the process. */
  readonly breathe: () => Promise<void>;
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
  /** Pages that are read or being read, and that nobody has taken yet. */
  readonly #ahead = new Map<string, Promise<Page<R>>>();
  /** What is read next, if anything is: it follows the last page ahead. */
  #next: From | null = null;
  /** How many records the source is believed to have. */
  #total: number;
  /** Where the source has shown that nothing follows. */
  #end = Infinity;
  #fullPages: number;
  #returned = 0;
  #inFlight = 0;
  #width: number;
  #throttledBefore = 0;
  #quietPages = 0;

  /** `direct`: the source itself, for reads that nothing follows. */
  constructor(readonly direct: Source<R>, private readonly options: ReadAheadOptions) {
    this.#width = options.maxInFlight;
    this.#fullPages = options.backlog ? SURE_OF_BACKLOG_PAGES : 0;
    this.#total = options.backlog ? Infinity : 0;
  }

  /** True while a page is read or being read that nobody has taken yet. */
  get hasPages(): boolean {
    return this.#ahead.size > 0;
  }

  /** Forgets what was read ahead, once nothing of it is in flight any more. */
  async drop(): Promise<void> {
    this.#next = null;
    await Promise.allSettled(this.#ahead.values());
    this.#ahead.clear();
    this.#end = Infinity;
  }

  async read(from: From): Promise<Page<R>> {
    const key = keyOf(from);
    if (!this.#ahead.has(key)) await this.drop(); // the guess was wrong: the listing has moved
    const reading = this.#ahead.get(key) ?? this.#start(from);
    this.#ahead.delete(key);
    this.#next ??= follower(from);
    this.#readAhead();
    const page = await reading;
    this.#learn(from, page);
    this.#readAhead();
    // a page keeps the processor busy for longer than it takes to send the next request
    if (this.#inFlight > 0) await this.options.breathe();
    return page;
  }

  #start(from: From): Promise<Page<R>> {
    this.#inFlight++;
    const reading = this.direct.read(from);
    reading
      .then((page) => {
        if (page.records.length < from.first) this.#end = from.offset + page.records.length;
      })
      .catch(() => {}) // told to whoever waits for the page
      .finally(() => {
        this.#inFlight--;
        this.#adapt();
        this.#readAhead();
      });
    return reading;
  }

  #readAhead(): void {
    while (this.#next !== null && this.#wanted(this.#next) && this.options.mayRead()) {
      this.#ahead.set(keyOf(this.#next), this.#start(this.#next));
      this.#next = follower(this.#next);
    }
  }

  #wanted({ offset, first }: From): boolean {
    const ahead = this.#ahead.size;
    return this.#inFlight < this.#width && ahead < this.options.maxInFlight &&
      offset + overlapOf(first) < Math.min(this.#total, this.#end) &&
      this.#returned + ahead * (first - overlapOf(first)) < this.options.maxRecords;
  }

  /** A total that is larger than the page can only be that of all records. It is a hint, no more. */
  #learn({ first }: From, { records, total }: Page<R>): void {
    this.#returned += records.length;
    this.#fullPages = records.length === first ? this.#fullPages + 1 : 0;
    if (this.#fullPages === 0) this.#total = 0;
    else if (total !== undefined && total > records.length) this.#total = total;
    else this.#total = this.#fullPages >= SURE_OF_BACKLOG_PAGES ? Infinity : 0;
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

/** So many records of a page are shown again by the next one, to prove that nothing has moved. */
export function overlapOf(pageSize: number): number {
  return Math.min(16, Math.ceil(pageSize / 10));
}

function follower(from: From): From {
  return { ...from, offset: from.offset + from.first - overlapOf(from.first) };
}

function keyOf({ day, offset, first }: From): string {
  return `${day} ${offset} ${first}`;
}
