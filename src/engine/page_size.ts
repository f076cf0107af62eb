/**
 * How large a page the source gives, where its listings end, and what it can't show. A page is not always
 * what was asked for: a server may cap its pages, may be too slow for a large page, and may answer no
 * offset beyond a limit. What is learned about that is kept with the cursor. Pure.
 */
import * as v from "valibot";
import { DAY_MS } from "./time.ts";
import { rowWithin, UnreadableRow, withoutRow, withRow } from "./unreadable_rows.ts";

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const offset = v.pipe(v.number(), v.integer(), v.minValue(0));

const Memory = v.object({
  /** Larger pages fail; they are tried again after a day. */
  ceiling: positive,
  /** Epoch milliseconds: when that was learned. */
  learntAtMs: v.number(),
  /** The most records that the source answers with, whatever is asked for; null if no such cap is known. */
  cap: v.nullable(positive),
  /** Listings in which no offset is answered from `offset` on. */
  lastOffsets: v.array(v.object({ day: v.string(), offset, foundAtMs: v.number() })),
  /** The listing of `later` was asked for what the one of `day` may not show. */
  asked: v.nullable(v.object({ day: v.string(), later: v.string() })),
  /** A page that failed is being read in parts of this size, up to an offset; how far they have got. */
  parts: v.nullable(v.object({
    reachedOffset: offset,
    untilOffset: offset,
    size: positive,
    /** It had more bytes than may be read: that says nothing about pages of other records. */
    tooLarge: v.boolean(),
  })),
  /** How many bytes a record on the last page took; null if a full page of such records is not too large. */
  recordBytes: v.nullable(v.pipe(v.number(), v.minValue(0))),
  /** Records that can't be shown. */
  unreadable: v.array(UnreadableRow),
});

export type PageSizeMemory = v.InferOutput<typeof Memory>;

/** What is known about the last offset is doubted after this long. */
const LAST_OFFSET_LIFETIME_MS = DAY_MS / 4;

/** How many listings' last offsets are remembered: those of the day before, of the day, and of the one that begins. */
const MAX_LAST_OFFSETS = 3;

/** Large records are read in pages of about this many bytes, because several pages are in memory at once. */
const GOOD_PAGE_BYTES = 2 * 1024 * 1024;
/** Pages of this few records may be larger, because each page shows one record again; none are read ahead. */
const FEW_RECORDS = 8;
const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/** A page shows a record again, and at least one more. */
export const SMALLEST_SIZE = 2;

export class PageSize {
  #memory: PageSizeMemory;
  #size: number;
  /** The most records that one answer has shown in this run. */
  #largest = 0;

  /** `full`: the most that is ever asked for; `smallest`: no source caps its pages below it. */
  constructor(
    stored: unknown,
    readonly full: number,
    private readonly smallest: number,
    private readonly nowMs: number,
  ) {
    const parsed = v.safeParse(Memory, stored);
    const fresh = {
      ceiling: full,
      learntAtMs: nowMs,
      cap: null,
      lastOffsets: [],
      asked: null,
      parts: null,
      recordBytes: null,
      unreadable: [],
    };
    this.#memory = parsed.success ? parsed.output : fresh;
    const { ceiling, learntAtMs, lastOffsets } = this.#memory;
    if (ceiling !== full && Math.abs(nowMs - learntAtMs) > DAY_MS) this.#set({ ceiling: full });
    const believed = lastOffsets.filter(({ foundAtMs }) =>
      Math.abs(nowMs - foundAtMs) <= LAST_OFFSET_LIFETIME_MS
    );
    if (believed.length < lastOffsets.length) this.#set({ lastOffsets: believed });
    this.#size = this.#memory.parts?.size ?? Math.min(this.#memory.ceiling, this.#light);
  }

  get memory(): PageSizeMemory {
    return this.#memory;
  }

  /** How many records to ask for next. */
  get size(): number {
    return this.#size;
  }

  /** How many records a page shows at most, as far as is known. */
  get stride(): number {
    return Math.min(this.#size, this.#memory.cap ?? Infinity);
  }

  /** Is a page read in parts, because it failed as a whole? */
  get isInParts(): boolean {
    return this.#memory.parts !== null;
  }

  /** What the last offset is on a day. */
  lastOffset(day: string): number {
    return this.#memory.lastOffsets.find((last) => last.day === day)?.offset ?? Infinity;
  }

  /** How many records a page may have so that it is not too large, as far as is known. */
  get #light(): number {
    const { recordBytes } = this.#memory;
    if (recordBytes === null) return Infinity;
    const few = Math.min(FEW_RECORDS, Math.floor(MOST_PAGE_BYTES / recordBytes));
    return Math.max(SMALLEST_SIZE, few, Math.floor(GOOD_PAGE_BYTES / recordBytes));
  }

  /** A page failed. `tooLarge`: it had more bytes than may be read. False when it can't be made smaller. */
  shrink(offset: number, asked: number, tooLarge = false): boolean {
    if (asked <= SMALLEST_SIZE) return false;
    this.#size = Math.max(SMALLEST_SIZE, Math.ceil(asked / 2));
    const range = this.#memory.parts ??
      { reachedOffset: offset, untilOffset: offset + asked, tooLarge };
    this.#set({ parts: { ...range, size: this.#size } });
    return true;
  }

  /** A page was answered, from one offset to another. `bytes`: its size; 0 if that is not known. */
  succeeded(shown: number, fromOffset: number, toOffset: number, bytes = 0): void {
    this.#largest = Math.max(this.#largest, shown);
    if (shown > (this.#memory.cap ?? Infinity)) this.#set({ cap: null });
    if (bytes > 0 && shown > 0) this.#learnBytes(Math.ceil(bytes / shown));
    const { parts } = this.#memory;
    if (parts !== null) {
      // pages read elsewhere in the meantime say nothing about the one that failed
      if (fromOffset > parts.reachedOffset) return;
      if (toOffset < parts.untilOffset) {
        const reachedOffset = Math.max(parts.reachedOffset, toOffset);
        // a few large records are no reason to read the others in small parts
        if (parts.tooLarge) this.#size = Math.min(this.#size * 2, this.#light);
        return this.#set({ parts: { ...parts, reachedOffset, size: this.#size } });
      }
      // all of it can be read, but not at once
      const learnt = parts.tooLarge ? {} : { ceiling: this.#size, learntAtMs: this.nowMs };
      this.#set({ ...learnt, parts: null });
    }
    this.#size = Math.min(this.#memory.ceiling, this.#size * 2, this.#light);
  }

  /** Only what makes pages smaller is worth remembering. */
  #learnBytes(bytes: number): void {
    const recordBytes = bytes * this.full > GOOD_PAGE_BYTES ? bytes : null;
    if (recordBytes !== this.#memory.recordBytes) this.#set({ recordBytes });
  }

  /** A failure was due to a single record, not to the size of the page. */
  excuse(): void {
    if (this.isInParts) this.#set({ parts: null });
  }

  /**
   * Does a page with fewer records than requested reach the end? Null if only what follows can show it,
   * because no answer in this run has had more.
   */
  isEnd(shown: number, asked: number): boolean | null {
    const cap = this.#memory.cap ?? Infinity;
    if (shown >= Math.min(asked, cap)) return false;
    return shown < this.smallest || shown < this.#largest ? true : null;
  }

  /** A page with this few records was not the last one. */
  learnCap(shown: number): void {
    this.#set({ cap: shown });
  }

  learnLastOffset(day: string, offset: number): void {
    const others = this.#memory.lastOffsets.filter((last) => last.day !== day);
    const found = { day, offset, foundAtMs: this.nowMs };
    this.#set({ lastOffsets: [...others, found].slice(-MAX_LAST_OFFSETS), parts: null });
  }

  /** The first row of records in a range of offsets that are known not to be shown. */
  unreadableRow(day: string, fromOffset: number, toOffset: number): UnreadableRow | undefined {
    return rowWithin(this.#memory.unreadable, day, fromOffset, toOffset);
  }

  learnUnreadable(day: string, offset: number, records: number): void {
    this.#set({ unreadable: withRow(this.#memory.unreadable, { day, offset, records }) });
  }

  forgetUnreadable(row: UnreadableRow): void {
    this.#set({ unreadable: withoutRow(this.#memory.unreadable, row) });
  }

  /** Does the listing of a later day still have to be checked for what that of a day may not show? */
  mayAsk(day: string, later: string): boolean {
    const { asked } = this.#memory;
    return asked === null || asked.day !== day || asked.later < later;
  }

  learnComplete(day: string, later: string): void {
    this.#set({ asked: { day, later } });
  }

  #set(news: Partial<PageSizeMemory>): void {
    this.#memory = { ...this.#memory, ...news };
  }
}
