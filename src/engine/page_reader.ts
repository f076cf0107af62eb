/**
 * Reads pages of the listing from a source that may cap them, fail at large ones, or be unable to show
 * a single record. What it returns is a stretch of the listing without holes, in which such a record has
 * its place. Does I/O through the source alone.
 */
import { PageSize } from "./page_size.ts";
import type { Limits, Listed, Page, Ports, Range } from "./ports.ts";
import { Prefetch } from "./prefetch.ts";
import type { Progress } from "./progress.ts";
import { lastTimeMs, type SolidPage, upToDisorder } from "./solid_page.ts";

/** How many records the source says it has behind an offset; 0 if it only tells how many it shows. */
function hiddenBehind({ records, total = 0 }: Page, offset: number): number {
  return total > records.length ? Math.max(0, total - offset) : 0;
}

/** What stands in the listing for a record that the source can't show. */
const UNREADABLE: Listed = { timeMs: null, fingerprint: "", unreadable: true };

/** So many records in a row are tried one by one before the offsets are suspected to end. */
const MAX_HOLES = 4;
/** So far away from them one is looked for that can be shown. */
const FARTHEST = 256;

/** What reading needs from outside. */
export type PagePorts<R extends Listed> = Pick<
  Ports<R>,
  "source" | "hasBudget" | "clock" | "yieldToEventLoop"
>;

export class PageReader<R extends Listed> {
  readonly #ports: PagePorts<R>;
  readonly #progress: Progress;
  readonly #prefetch: Prefetch<R>;
  readonly size: PageSize;
  /** What was answered last in this run. */
  #answeredLast: Range | null = null;

  constructor(ports: PagePorts<R>, limits: Limits, progress: Progress) {
    this.#ports = ports;
    this.#progress = progress;
    this.size = new PageSize(
      progress.cursor.pageSize,
      limits.pageSize,
      limits.smallestPage,
      ports.clock(),
    );
    this.#prefetch = new Prefetch(ports.source, {
      maxInFlight: limits.maxPagesInFlight,
      maxRecords: limits.maxFetch,
      backlog: limits.backlog ?? false,
      mayRead: () => ports.hasBudget(),
      lastOffset: (day) => this.size.lastOffset(day),
      yieldToEventLoop: () => ports.yieldToEventLoop(),
    });
  }

  get scope(): string {
    return this.#ports.source.scope;
  }

  /** True while a page is read or being read that nobody has taken yet. */
  get hasPages(): boolean {
    return this.#prefetch.hasPages;
  }

  hasBudget(): boolean {
    return this.#ports.hasBudget();
  }

  /** Waits for what is in flight, and forgets it. */
  async close(): Promise<void> {
    await this.#prefetch.drop();
  }

  /** The page that shows the record before an offset, and what follows it. */
  async readOn(day: string, offset: number): Promise<SolidPage<R>> {
    return await this.#read(day, Math.max(0, offset - 1), true);
  }

  /** A page that is read for itself. `first`: how many records to ask for, if not as many as the source gives. */
  async readAt(day: string, offset: number, first = this.size.size): Promise<SolidPage<R>> {
    return await this.#read(day, offset, false, Math.min(first, this.size.size));
  }

  async #read(
    day: string,
    offset: number,
    onward: boolean,
    first = this.size.size,
  ): Promise<SolidPage<R>> {
    const range = { day, offset, first: Math.min(first, this.size.lastOffset(day) - offset) };
    if (range.first <= 0) {
      const readAtMs = this.#ports.clock();
      return this.#cutOff({ day, offset, records: [], breaks: [], readAtMs });
    }
    try {
      if (!onward || this.size.isInParts) return await this.#finish(range, await this.#ask(range));
      const read = await this.#prefetch.read(range, Math.min(range.first, this.size.stride));
      this.#count({ ...range, offset: read.offset }, read.page);
      return await this.#finish({ ...range, offset: read.offset }, read.page);
    } catch (error) {
      if (!this.#ports.source.isPageFailure(error)) throw error;
      await this.#prefetch.drop();
      return await this.#readSmaller(range, error);
    }
  }

  async #ask(range: Range): Promise<Page<R>> {
    const page = await this.#ports.source.read(range);
    this.#count(range, page);
    return page;
  }

  #count(range: Range, page: Page<R>): void {
    this.#answeredLast = range;
    this.#progress.pages++;
    this.#progress.recordsRead += page.records.length;
    this.#progress.readAtMs = page.readAtMs;
  }

  /** Is a page that was answered the last one? */
  async #finish(range: Range, page: Page<R>): Promise<SolidPage<R>> {
    const { records, readAtMs } = page;
    const { day, offset, first } = range;
    const next = offset + records.length;
    this.size.succeeded(records.length, next);
    this.#tellUnreadable(range, records);
    const solid = { day, offset, records, breaks: [], readAtMs };
    if (next >= this.size.lastOffset(day)) return this.#cutOff(solid);
    const hidden = hiddenBehind(page, next);
    const isEnd = this.size.isEnd(records.length, first);
    if (records.length === 0) return this.#ended(solid, hidden);
    const countsListing = page.total === next && offset > 0; // and not the page
    const says = countsListing ? { saysMore: false } : {};
    if (isEnd === false || (isEnd && hidden <= 0)) return { ...solid, last: isEnd, ...says };
    const follower = await this.#ask({ day, offset: next - 1, first });
    if (follower.records.length > 1) {
      this.size.learnCap(records.length);
      return { ...solid, last: false };
    }
    return this.#ended(solid, hidden);
  }

  /**
   * Nothing is shown behind a page. `hidden`: how many records the source says it has there all the same. It
   * may count something else, so that is told, and where reading goes on doesn't depend on it.
   */
  #ended(end: Omit<SolidPage<R>, "last">, hidden: number): SolidPage<R> {
    const isDeep = end.offset + end.records.length >= this.size.full;
    if (hidden <= 0 || !isDeep) return { ...end, last: true };
    this.#tellHidden(end, hidden);
    return { ...end, last: true, saysMore: true };
  }

  /** The source answers no offset behind a page. */
  #cutOff(end: Omit<SolidPage<R>, "last">): SolidPage<R> {
    this.#tellHidden(end, null);
    return { ...end, last: true, isCut: true };
  }

  /** The source has more than it shows. `records`: how many, if it is known. */
  #tellHidden({ day, offset, records }: Omit<SolidPage<R>, "last">, hidden: number | null): void {
    const afterMs = lastTimeMs(records);
    this.#missing(day, offset + records.length, hidden, afterMs, "beyond the last offset");
  }

  /**
   * A page failed. If any record can be had alone, the account is well and the page is read in smaller
   * parts, until the record stands alone that can't be shown.
   */
  async #readSmaller(failed: Range, error: unknown): Promise<SolidPage<R>> {
    const { day, offset } = failed;
    const one = await this.#probe({ day, offset, first: 1 });
    if (one === null) {
      const isWell = await this.#answersAgain() ||
        (offset > 0 && await this.#probe({ day, offset: 0, first: 1 }) !== null) ||
        await this.#showsAnyBehind(day, offset);
      if (!isWell) throw error;
      return await this.#passOver(failed, [], error);
    }
    for (let first = failed.first; this.size.shrink(offset, first);) {
      first = this.size.size;
      const part = await this.#probe({ day, offset, first });
      if (part === null) continue;
      this.#tellUnreadable(failed, part.records);
      const { records, readAtMs } = part;
      const last = this.size.isEnd(records.length, first) === true &&
        hiddenBehind(part, offset + records.length) === 0;
      this.size.succeeded(records.length, last ? Infinity : offset + records.length);
      return { day, offset, records, breaks: [], readAtMs, last };
    }
    const next = await this.#probe({ day, offset: offset + 1, first: 1 });
    if (next === null) {
      return await this.#passOver({ ...failed, offset: offset + 1 }, one.records, error);
    }
    const records = [...one.records, ...next.records];
    const last = next.records.length === 0;
    this.size.succeeded(1, last ? Infinity : offset + records.length);
    const solid = { day, offset, records, breaks: [1], readAtMs: next.readAtMs };
    if (last) return this.#ended(solid, hiddenBehind(next, offset + 1));
    return upToDisorder({ ...solid, last });
  }

  /** The record at an offset can't be shown: it is passed over, unless nothing behind it can be shown either. */
  async #passOver(
    { day, offset }: Range,
    before: readonly R[],
    error: unknown,
  ): Promise<SolidPage<R>> {
    const start = offset - before.length;
    const afterMs = before.at(-1)?.timeMs ?? null;
    for (let holes = 1; holes <= MAX_HOLES; holes++) {
      const after = await this.#probe({ day, offset: offset + holes, first: 1 });
      if (after === null && holes < MAX_HOLES) continue;
      if (after === null && !await this.#showsAnyBehind(day, offset + holes)) break;
      this.size.excuse();
      const last = after?.records.length === 0;
      const passed = Array.from({ length: holes }, () => UNREADABLE as R);
      this.#missing(day, offset, passed.length, afterMs, "unreadable");
      const solid = {
        day,
        offset: start,
        records: [...before, ...passed, ...after?.records ?? []],
        breaks: [before.length + passed.length],
        readAtMs: after?.readAtMs ?? this.#ports.clock(),
      };
      if (last) return this.#ended(solid, hiddenBehind(after, offset + passed.length));
      return upToDisorder({ ...solid, last: false });
    }
    // an outage may have begun meanwhile
    if (!await this.#answersAgain()) throw error;
    this.size.learnLastOffset(day, offset);
    const readAtMs = this.#ports.clock();
    return this.#cutOff({ day, offset: start, records: before, breaks: [], readAtMs });
  }

  /** Is answered again what was answered last? */
  async #answersAgain(): Promise<boolean> {
    const answered = this.#answeredLast;
    return answered !== null && await this.#probe(answered) !== null;
  }

  /** Is anything shown that stands further behind? */
  async #showsAnyBehind(day: string, offset: number): Promise<boolean> {
    for (let stride = 1; stride <= FARTHEST; stride *= 16) {
      if (await this.#probe({ day, offset: offset + stride, first: 1 }) !== null) return true;
    }
    return false;
  }

  /** A page, or null if the source can't show it. */
  async #probe(range: Range): Promise<Page<R> | null> {
    try {
      return await this.#ask({ ...range, probing: true });
    } catch (error) {
      if (this.#ports.source.isPageFailure(error)) return null;
      throw error;
    }
  }

  /** Records that an answer has in it and does not show. */
  #tellUnreadable({ day, offset }: Range, records: readonly R[]): void {
    let afterMs: number | null = null;
    for (const [index, { timeMs, unreadable }] of records.entries()) {
      if (unreadable) this.#missing(day, offset + index, 1, afterMs, "unreadable");
      afterMs = timeMs ?? afterMs;
    }
  }

  #missing(
    day: string,
    offset: number,
    records: number | null,
    afterMs: number | null,
    why: "unreadable" | "beyond the last offset",
  ): void {
    const foundAtMs = this.#ports.clock();
    this.#progress.gaps.push({ day, offset, records, afterMs, beforeMs: null, foundAtMs, why });
  }
}
