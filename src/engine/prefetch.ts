/**
 * Reads the pages of a backlog ahead, while batches are made and pushed. Every page is still checked
 * against the one before it, so one that was read too early costs a request and nothing else. What waits
 * in memory is bounded in pages and in bytes.
 */
import type { Listed, Page, Range, Source } from "./ports.ts";

export interface PrefetchOptions {
  /** Requests in flight at once, and pages that wait in memory. */
  readonly maxInFlight: number;
  /** Records that the run will take at most: no page is read for more. */
  readonly maxRecords: number;
  /** True when there is known to be a backlog before anything is read. */
  readonly backlog: boolean;
  /** False when no request may be spent on a guess. */
  readonly mayRead: () => boolean;
  /** The first offset of a day's listing that is known not to be answered. */
  readonly lastOffset: (day: string) => number;
  /** Lets requests that were made leave the process. */
  readonly yieldToEventLoop: () => Promise<void>;
}

/** A page, where it really begins, and for how many records it was asked. */
export interface ReadPage<R extends Listed> {
  readonly offset: number;
  readonly first: number;
  readonly page: Page<R>;
}

/** A page that is read or being read. */
interface Ahead<R extends Listed> {
  readonly offset: number;
  readonly first: number;
  readonly page: Promise<Page<R>>;
}

/** All pages ahead take no more than this together. */
const MAX_AHEAD_BYTES = 16 * 1024 * 1024;

/** A source that doesn't tell how many records are left is read ahead only after this many full pages. */
const SURE_OF_BACKLOG_PAGES = 4;
/**
 * After the source has asked for fewer requests, this many pages must pass without another such request
 * before one more page is read at a time.
 */
const QUIET_PAGES = 4;

export class Prefetch<R extends Listed> {
  /** Pages that are read or being read, and that nobody has taken yet, in order. */
  #ahead: Ahead<R>[] = [];
  /** What is read next, if anything is: it follows the last page ahead. */
  #next: Range | null = null;
  /** How many records the source is believed to have. */
  #total: number;
  /** The offset at which the source has shown that nothing follows. */
  #end = Infinity;
  #fullPages: number;
  #returned = 0;
  #inFlight = 0;
  #width: number;
  #throttledBefore = 0;
  #quietPages = 0;
  /** How many records a page shows, and how many of them the page before showed too. */
  #shown = 1;
  #overlap = 0;
  /** The size of the last page that was taken. */
  #lastBytes = 0;

  constructor(private readonly source: Source<R>, private readonly options: PrefetchOptions) {
    this.#width = options.maxInFlight;
    this.#fullPages = options.backlog ? SURE_OF_BACKLOG_PAGES : 0;
    this.#total = options.backlog ? Infinity : 0;
    this.#throttledBefore = source.throttled;
  }

  /** True while a page is read or being read that nobody has taken yet. */
  get hasPages(): boolean {
    return this.#ahead.length > 0;
  }

  /** Forgets what was read ahead, once none of it is in flight. */
  async drop(): Promise<void> {
    this.#next = null;
    await Promise.allSettled(this.#ahead.map(({ page }) => page));
    this.#ahead = [];
    this.#end = Infinity;
  }

  /** A page that begins at an offset, or begins before it and still shows it. `shown`: how many records a page is known to show. */
  async read(wanted: Range, shown: number): Promise<ReadPage<R>> {
    this.#shown = shown;
    this.#overlap = Math.min(overlapOf(shown), shown - 1);
    const guessed = await this.#takeGuess(wanted);
    const again = () => this.#start(wanted).then((page) => ({ ...wanted, page }));
    const reading = guessed === undefined
      ? again()
      : guessed.page.then((page) => ({ ...guessed, page }), again);
    this.#next = { ...this.#next ?? this.#follower(wanted), first: wanted.first };
    this.#readAhead();
    const { page, ...asked } = await reading;
    this.#learn(asked.first, shown, page);
    this.#readAhead();
    // a page keeps the processor busy for longer than it takes to send the next request
    if (this.#inFlight > 0) await this.options.yieldToEventLoop();
    return { offset: asked.offset, first: asked.first, page };
  }

  /** The first page ahead, if it is the one that is wanted. Otherwise the listing has moved, and all are dropped. */
  async #takeGuess(wanted: Range): Promise<Ahead<R> | undefined> {
    const [guess] = this.#ahead;
    const fits = guess !== undefined && this.#next?.day === wanted.day &&
      guess.offset <= wanted.offset && wanted.offset < guess.offset + this.#overlap;
    if (fits) return this.#ahead.shift();
    await this.drop();
    return undefined;
  }

  #start(range: Range): Promise<Page<R>> {
    this.#inFlight++;
    const reading = this.source.read(range);
    const full = Math.min(range.first, this.#shown);
    reading
      .then((page) => {
        if (page.records.length < full) this.#end = range.offset + page.records.length;
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
      const { day, offset } = this.#next;
      const first = Math.min(this.#next.first, this.options.lastOffset(day) - offset);
      const guess = { ...this.#next, first, probing: true, maxBytes: this.#maxPageBytes };
      this.#ahead.push({ offset, first, page: this.#start(guess) });
      this.#next = this.#follower(this.#next);
    }
  }

  #wanted({ day, offset }: Range): boolean {
    const ahead = this.#ahead.length;
    return this.#lastBytes <= this.#maxPageBytes && this.#inFlight < this.#width &&
      ahead < this.options.maxInFlight &&
      offset + this.#overlap < Math.min(this.#total, this.#end, this.options.lastOffset(day)) &&
      this.#returned + ahead * (this.#shown - this.#overlap) < this.options.maxRecords;
  }

  get #maxPageBytes(): number {
    return MAX_AHEAD_BYTES / this.options.maxInFlight;
  }

  #follower(range: Range): Range {
    return { ...range, offset: range.offset + this.#shown - this.#overlap };
  }

  /** A total that is larger than the page can only be that of all records. It is only a hint. */
  #learn(first: number, shown: number, { records, total, bytes = 0 }: Page<R>): void {
    this.#lastBytes = bytes;
    this.#returned += records.length;
    this.#fullPages = records.length >= Math.min(first, shown) ? this.#fullPages + 1 : 0;
    if (this.#fullPages === 0) this.#total = 0;
    else if (total !== undefined && total > records.length) this.#total = total;
    else this.#total = this.#fullPages >= SURE_OF_BACKLOG_PAGES ? Infinity : 0;
  }

  /** Reads one page at a time once the source asks for fewer requests, then gradually more again. */
  #adapt(): void {
    const { throttled } = this.source;
    if (throttled > this.#throttledBefore) {
      this.#throttledBefore = throttled;
      this.#width = 1;
      this.#quietPages = 0;
    } else if (++this.#quietPages % QUIET_PAGES === 0) {
      this.#width = Math.min(this.#width + 1, this.options.maxInFlight);
    }
  }
}

/** How many records of a page the next one shows again: the boundary from which reading continues is usually among them. */
export function overlapOf(pageSize: number): number {
  return Math.min(16, Math.ceil(pageSize / 10));
}
