/**
 * Where the engine stands in the source's listing, and what it remembers of it. Pure: no I/O, no clock.
 *
 * The source lists audit records in ascending order, from a UTC day on, by offset. Records have no
 * id, identical ones exist ("twins"), and a late record is inserted before newer ones. So a place in
 * the listing is an offset together with the fingerprints just before it: if the source still shows
 * those at that place, nothing was inserted before it, and whatever follows is unread.
 */
import type { Cursor, Seen } from "./cursor.ts";
import { dayStartMs, utcDay } from "./time.ts";

/** How far the host's clock may be off, in milliseconds. What is remembered is kept this much longer. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** What the engine needs to know of a source record. */
export interface Listed {
  /** Epoch milliseconds of the change; null when its date can't be read. */
  readonly timeMs: number | null;
  /** Hash of the identifying content: identical records, and only they, share it. */
  readonly fingerprint: string;
  /** The source has a record here that it could not render: without a time, its fingerprint is empty. */
  readonly unreadable?: true;
}

/** Where to read next: `verify` records before `offset` are read again, to see that they are still there. */
export interface Place {
  readonly day: string;
  readonly offset: number;
  readonly verify: number;
}

/** What one record turned out to be: dealt with already, or new with its number among its twins. */
export type Taken = { readonly fresh: false } | {
  readonly fresh: true;
  readonly seen: Seen;
  /** 1 for the first record with this content, 2 for its first twin, … */
  readonly occurrence: number;
  /** True when newer records had been seen before it. */
  readonly late: boolean;
};

const KNOWN: Taken = { fresh: false };

/** The part of the cursor that tells where a reading stands. */
export type Bookmark = Omit<Cursor, "revision" | "dialect">;

export class Reading {
  readonly #startMs: number;
  #day: string;
  #offset: number;
  /** A later day from which the listing can be read, and how many records come before that. */
  #laterDay: { readonly day: string; readonly skipped: number } | null = null;
  #sealedBeforeMs: number;
  #newestMs: number | null;
  /** What the listing shows up to the offset, oldest first: everything not sealed, and one record before. */
  #seen: Seen[];
  #occurrences = new Map<string, number>();
  /** Delivered, not sealed, and not found again since the place was lost. */
  #unplaced = new Map<string, Seen[]>();
  readonly #newestAtStartMs: number;
  #changed = false;

  constructor(cursor: Bookmark) {
    this.#startMs = cursor.startMs;
    this.#day = cursor.listing.day;
    this.#offset = cursor.listing.offset;
    this.#sealedBeforeMs = cursor.sealedBeforeMs;
    this.#newestMs = cursor.newestMs;
    this.#newestAtStartMs = cursor.newestMs ?? -Infinity;
    this.#seen = [...cursor.seen];
    for (const { fingerprint } of this.#seen) this.#count(fingerprint, 1);
    for (const seen of cursor.unplaced) this.#remember(seen);
  }

  /** True once something was read that the cursor did not hold. */
  get changed(): boolean {
    return this.#changed;
  }

  get sealedBeforeMs(): number {
    return this.#sealedBeforeMs;
  }

  /** The place to read on from, or null when it must be located anew. */
  get place(): Place | null {
    if (this.#seen.length === 0) return null;
    return { day: this.#day, offset: this.#offset, verify: this.#verifiable() };
  }

  /** Does the listing still show what was seen, in the last `verify` places before the offset? */
  confirms(listed: readonly Listed[], verify: number): boolean {
    const tail = this.#seen.length - verify;
    for (let i = 0; i < listed.length && i < verify; i++) {
      if (listed[i].fingerprint !== this.#seen[tail + i].fingerprint) return false;
    }
    return true;
  }

  /**
   * The listing has moved: forget the place, keep what was delivered.
   * Returns where the first unsealed record should be if nothing was inserted before it.
   */
  misplace(): number {
    const delivered = this.#seen.filter((seen) => seen.timeMs >= this.#sealedBeforeMs);
    const { day, offset } = this.#listing();
    const likelyOffset = Math.max(0, offset - delivered.length - 1);
    const sameDay = day === utcDay(this.#sealedBeforeMs);
    for (const seen of delivered) this.#remember(seen);
    this.#seen = [];
    this.#occurrences.clear();
    this.#changed = true;
    return sameDay ? likelyOffset : 0;
  }

  /** A place was found: `anchor` is the last record before the unsealed ones, if there is one. */
  placeAt(day: string, offset: number, anchor: Listed | null): void {
    this.#day = day;
    this.#offset = offset;
    this.#laterDay = null;
    this.#seen = [];
    this.#occurrences.clear();
    if (anchor === null) return;
    const timeMs = Math.min(anchor.timeMs ?? this.#sealedBeforeMs - 1, this.#sealedBeforeMs - 1);
    this.#append({ timeMs, fingerprint: anchor.fingerprint });
    this.#changed = true;
  }

  /** Takes the next record of the listing. `readAtMs`: the host's clock when its page was asked for. */
  take(listed: Listed, readAtMs: number): Taken {
    const previousMs = this.#seen.at(-1)?.timeMs ?? this.#sealedBeforeMs;
    const atLeastMs = Math.min(previousMs, readAtMs + CLOCK_TOLERANCE_MS);
    const timeMs = Math.max(listed.timeMs ?? atLeastMs, atLeastMs);
    this.#offset++;
    this.#changed = true;
    const seen: Seen = { timeMs, fingerprint: listed.fingerprint };
    this.#append(seen);
    if (this.#recall(listed.fingerprint)) return KNOWN;
    if (listed.timeMs !== null && listed.timeMs < this.#startMs) return KNOWN;
    if (listed.timeMs !== null) {
      this.#newestMs = Math.max(this.#newestMs ?? -Infinity, listed.timeMs);
    }
    return {
      fresh: true,
      seen,
      occurrence: this.#occurrences.get(listed.fingerprint)!,
      late: (listed.timeMs ?? Infinity) < this.#newestAtStartMs,
    };
  }

  /**
   * Forgets what can no longer matter: a record may still be inserted within the late-arrival window
   * before `readAtMs`, and at the time of the last record read; before that, all is sealed.
   */
  seal(readAtMs: number, lateArrivalWindowMs: number): void {
    const last = this.#seen.at(-1);
    if (last === undefined) return;
    const horizonMs = Math.min(readAtMs - lateArrivalWindowMs - CLOCK_TOLERANCE_MS, last.timeMs);
    if (horizonMs <= this.#sealedBeforeMs) return;
    this.#sealedBeforeMs = horizonMs;
    const open = this.#seen.findIndex((seen) => seen.timeMs >= horizonMs);
    this.#forget(Math.max(0, open - 1));
    for (const [fingerprint, remembered] of this.#unplaced) {
      const kept = remembered.filter((seen) => seen.timeMs >= horizonMs);
      if (kept.length === 0) this.#unplaced.delete(fingerprint);
      else this.#unplaced.set(fingerprint, kept);
    }
  }

  /** What a later run needs to read on from here. */
  bookmark(): Bookmark {
    return {
      startMs: this.#startMs,
      listing: this.#listing(),
      sealedBeforeMs: this.#sealedBeforeMs,
      newestMs: this.#newestMs,
      seen: [...this.#seen],
      unplaced: [...this.#unplaced.values()].flat().sort((a, b) => a.timeMs - b.timeMs),
    };
  }

  /**
   * How many records before the offset prove the place: all of the last time, and one of an earlier
   * time. If those stand where they stood, nothing was inserted before the last time, and nothing within
   * it before the offset, though twins of what was seen came late.
   */
  #verifiable(): number {
    const lastMs = this.#seen.at(-1)!.timeMs;
    const earlier = this.#seen.findLastIndex((seen) => seen.timeMs < lastMs);
    return this.#seen.length - Math.max(0, earlier);
  }

  /** The place in the listing that starts at the latest possible day. During a reading the start stays. */
  #listing(): Bookmark["listing"] {
    return this.#laterDay === null
      ? { day: this.#day, offset: this.#offset }
      : { day: this.#laterDay.day, offset: this.#offset - this.#laterDay.skipped };
  }

  /** Drops the oldest `count` seen, and notes where the first day that is still seen begins. */
  #forget(count: number): void {
    const before = this.#offset - this.#seen.length;
    const day = utcDay(this.#seen[count].timeMs);
    if (day > (this.#laterDay?.day ?? this.#day)) {
      const startMs = dayStartMs(day);
      const first = this.#seen.findIndex((seen) => seen.timeMs >= startMs);
      if (first > 0) this.#laterDay = { day, skipped: before + first };
    }
    for (const { fingerprint } of this.#seen.splice(0, count)) this.#count(fingerprint, -1);
  }

  #append(seen: Seen): void {
    this.#seen.push(seen);
    this.#count(seen.fingerprint, 1);
  }

  #count(fingerprint: string, by: number): void {
    const times = (this.#occurrences.get(fingerprint) ?? 0) + by;
    if (times === 0) this.#occurrences.delete(fingerprint);
    else this.#occurrences.set(fingerprint, times);
  }

  #remember(seen: Seen): void {
    const remembered = this.#unplaced.get(seen.fingerprint);
    if (remembered === undefined) this.#unplaced.set(seen.fingerprint, [seen]);
    else remembered.push(seen);
  }

  #recall(fingerprint: string): boolean {
    const remembered = this.#unplaced.get(fingerprint);
    if (remembered === undefined) return false;
    remembered.pop();
    if (remembered.length === 0) this.#unplaced.delete(fingerprint);
    return true;
  }
}
