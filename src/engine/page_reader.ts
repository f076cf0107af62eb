/**
 * Reads pages of the listing from a source that may cap them, fail at large ones, or be unable to show a
 * single record. It returns a stretch of the listing without holes, in which such a record has its place.
 * Does I/O through the source alone.
 */
import { readAroundRow, readFailedPage } from "./failed_page.ts";
import { PageSize, SMALLEST_SIZE } from "./page_size.ts";
import { hiddenBehind, PageSource } from "./page_source.ts";
import type { Limits, Listed, Page, Ports, Range } from "./ports.ts";
import { Prefetch } from "./prefetch.ts";
import type { Progress } from "./progress.ts";
import { type SolidPage, startingAt } from "./solid_page.ts";

/** What reading needs from outside. */
export type PagePorts<R extends Listed> = Pick<
  Ports<R>,
  "source" | "hasBudget" | "clock" | "yieldToEventLoop"
>;

export class PageReader<R extends Listed> {
  readonly #ports: PagePorts<R>;
  readonly #source: PageSource<R>;
  readonly #prefetch: Prefetch<R>;
  readonly size: PageSize;

  constructor(ports: PagePorts<R>, limits: Limits, progress: Progress) {
    this.#ports = ports;
    this.size = new PageSize(
      progress.cursor.pageSize,
      limits.pageSize,
      limits.smallestPage,
      ports.clock(),
    );
    this.#source = new PageSource(ports, progress, this.size);
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

  /** A page that is read by itself. `first`: how many records to ask for; by default, as many as the source gives. */
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
      const readAtMs = this.#source.nowMs;
      return this.#source.cutOff({ day, offset, records: [], breaks: [], readAtMs });
    }
    const row = this.size.unreadableRow(day, offset, offset + range.first);
    if (row !== undefined && row.offset < offset + SMALLEST_SIZE) {
      const around = await readAroundRow(this.#source, this.size, row);
      if (around === null) return await this.#read(day, offset, onward, first);
      return onward ? around : startingAt(around, offset);
    }
    return await this.#readPlain(
      row === undefined ? range : { ...range, first: row.offset - offset },
      onward && row === undefined,
    );
  }

  /** Reads a page that has no record known to be impossible to show. */
  async #readPlain(range: Range, onward: boolean): Promise<SolidPage<R>> {
    try {
      if (!onward || this.size.isInParts) {
        return await this.#finish(range, await this.#source.ask(range));
      }
      const read = await this.#prefetch.read(range, Math.min(range.first, this.size.stride));
      const { page, ...asked } = read;
      this.#source.count({ ...range, ...asked }, page);
      return await this.#finish({ ...range, ...asked }, page);
    } catch (error) {
      if (!this.#ports.source.isPageFailure(error)) throw error;
      await this.#prefetch.drop();
      return await readFailedPage(this.#source, this.size, range, error);
    }
  }

  /** Finds out whether a page that was answered is the last one. */
  async #finish(range: Range, page: Page<R>): Promise<SolidPage<R>> {
    const { records, readAtMs, bytes } = page;
    const { day, offset, first } = range;
    const next = offset + records.length;
    this.size.succeeded(records.length, offset, next, bytes);
    this.#source.tellUnreadable(range, records);
    const solid = { day, offset, records, breaks: [], readAtMs, total: page.total };
    const hidden = hiddenBehind(page, next);
    if (next >= this.size.lastOffset(day)) return this.#source.cutOff(solid, hidden || null);
    const isEnd = this.size.isEnd(records.length, first);
    if (records.length === 0) return this.#source.ended(solid, hidden);
    const countsListing = page.total === next && offset > 0; // and not the page
    const says = countsListing ? { saysMore: false } : {};
    if (isEnd === false || (isEnd && hidden <= 0)) return { ...solid, last: isEnd, ...says };
    const follower = await this.#source.ask({ day, offset: next - 1, first });
    if (follower.records.length > 1) {
      // more from the very offset of a single record has come since
      if (records.length > 1) this.size.learnCap(records.length);
      return { ...solid, last: false };
    }
    return this.#source.ended(solid, hidden);
  }
}
