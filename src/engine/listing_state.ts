/**
 * Where the engine stands in the source's listing, and what it remembers of it. Pure: no I/O, no clock.
 *
 * The source lists records in ascending order of time, by offset. Records have no id, records of one time
 * come in any order, and a late record is inserted before newer ones. So a place is a boundary in time: all
 * records before an offset are older than an instant, and none from it on are. The next read sees that
 * boundary again: if a record was inserted before it, it is elsewhere, in whatever order records of one
 * time are shown.
 */
import type { Boundary } from "./boundary.ts";
import { type Cursor, type Place, searchDay } from "./cursor.ts";
import { DealtInstants } from "./dealt_instants.ts";
import { countOf } from "./instants.ts";
import type { Seen } from "./ports.ts";
import { CLOCK_TOLERANCE_MS } from "./time.ts";

/**
 * How long a source that shows less than before is assumed to be behind; after that, what it shows counts.
 */
export const BEHIND_PATIENCE_MS = 30 * 60_000;

/** The part of the cursor that says how far reading is. */
export type Position = Omit<Cursor, "revision" | "pageSize" | "source">;

export class ListingState {
  readonly #startMs: number;
  #place: Place | null;
  #watermarkMs: number;
  #newestMs: number | null;
  readonly #newestAtStartMs: number;
  #behindSinceMs: number | null;
  readonly #dealt: DealtInstants;
  #version = 0;
  #dealtCount = 0;

  constructor(position: Position) {
    this.#startMs = position.startMs;
    this.#place = position.place;
    this.#watermarkMs = position.watermarkMs;
    this.#newestMs = position.newestMs;
    this.#newestAtStartMs = position.newestMs ?? -Infinity;
    this.#behindSinceMs = position.behindSinceMs;
    this.#dealt = new DealtInstants(position.dealt);
  }

  /** Increases with every change that is worth a commit. */
  get version(): number {
    return this.#version;
  }

  get place(): Place | null {
    return this.#place;
  }

  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** How many records were dealt with in this reading. */
  get dealtCount(): number {
    return this.#dealtCount;
  }

  get behindSinceMs(): number | null {
    return this.#behindSinceMs;
  }

  /** True as long as nothing has ever been dealt with. */
  get isFirst(): boolean {
    return this.#newestMs === null && this.#watermarkMs === this.#startMs;
  }

  /** Has the place's offset grown beyond this, though the listing could be read from a later day? */
  isOutdated(offset: number): boolean {
    const place = this.#place;
    return place !== null && place.offset > offset &&
      place.day < searchDay({ watermarkMs: this.#watermarkMs });
  }

  /** What was dealt with at an instant: fingerprints, one after another. */
  printsAt(timeMs: number): string {
    return this.#dealt.printsAt(timeMs);
  }

  slotsAt(timeMs: number): number {
    return this.#dealt.slotsAt(timeMs);
  }

  /** How many records of an instant were both shown and dealt with: it should show at least as many again. */
  shownAt(timeMs: number): number {
    return this.#dealt.shownAt(timeMs);
  }

  /** Remembers what was dealt with at an instant before this reading. */
  recall(timeMs: number, prints: string): void {
    if (prints !== "") this.#dealt.recall(timeMs, prints);
  }

  /** The boundaries of the window before the place, and where they should be, oldest first. */
  boundaries(): Boundary[] {
    const { beforeMs, offset } = this.#place!;
    const boundaries: Boundary[] = [];
    let at = offset;
    for (const timeMs of this.#dealt.times.toReversed()) {
      if (timeMs >= beforeMs) continue;
      at -= this.slotsAt(timeMs);
      boundaries.push({ beforeMs: timeMs, offset: at });
    }
    return boundaries.reverse();
  }

  /** The place is lost: it has to be searched for. What was dealt with stays known. */
  misplace(): void {
    this.#place = null;
    this.#version++;
  }

  /** From now on, what the source shows counts, even if it is less than before. */
  forgive(): void {
    this.misplace();
    this.#behindSinceMs = null;
    this.#dealt.forgetSlots();
  }

  /** Everything from here on is to be compared with what was dealt with. */
  moveTo(place: Place): void {
    const before = this.#place;
    this.#place = place;
    const same = before !== null && before.offset === place.offset && before.day === place.day &&
      before.beforeMs === place.beforeMs && before.scope === place.scope &&
      before.inside === place.inside;
    if (!same) this.#version++;
  }

  /** The oldest record from the watermark on was found at an offset: older ones were added or removed before it. True if it had moved. */
  rebase(firstOffset: number): boolean {
    const place = this.#place!;
    const expected = this.boundaries()[0]?.offset ?? place.offset;
    if (expected === firstOffset) return false;
    this.moveTo({ ...place, offset: Math.max(0, place.offset + firstOffset - expected) });
    return true;
  }

  /** Deals with a new record. */
  deal({ timeMs, fingerprint }: Seen): { readonly late: boolean } {
    this.#dealt.add(timeMs, fingerprint);
    this.#resize(timeMs, Math.max(this.slotsAt(timeMs), countOf(this.printsAt(timeMs))));
    this.#newestMs = Math.max(this.#newestMs ?? -Infinity, timeMs);
    this.#dealtCount++;
    this.#version++;
    return { late: timeMs < this.#newestAtStartMs };
  }

  /** Everything that an instant shows has been dealt with. `slots`: how many records that are, unreadable ones too. */
  leave(timeMs: number, slots: number): void {
    if (this.slotsAt(timeMs) === slots) return;
    this.#resize(timeMs, slots);
    this.#version++;
  }

  /**
   * There is one record fewer before the place: in the last instant before it, or behind the watermark.
   * False at the very beginning.
   */
  shiftBack(): boolean {
    const place = this.#place!;
    if (place.offset === 0) return false;
    const timeMs = this.#dealt.times.findLast((timeMs) =>
      timeMs < place.beforeMs && this.slotsAt(timeMs) > 0
    );
    if (timeMs === undefined) this.moveTo({ ...place, offset: place.offset - 1 });
    else this.leave(timeMs, this.slotsAt(timeMs) - 1);
    return true;
  }

  /** Nothing is shown any longer from one time, inclusive, to another, exclusive. */
  passOver(fromMs: number, toMs: number): void {
    const { times } = this.#dealt;
    for (let i = times.length - 1; i >= 0 && times[i] >= fromMs; i--) {
      if (times[i] < toMs) this.leave(times[i], 0);
    }
  }

  /** The source shows less than before, or no longer does. Epoch milliseconds, or null. */
  setBehind(sinceMs: number | null): void {
    if (this.#behindSinceMs === sinceMs) return;
    this.#behindSinceMs = sinceMs;
    this.#version++;
  }

  /**
   * Forgets what can no longer matter: a record may still be inserted within the late-arrival window
   * before `readAtMs`, and at or after the last instant that was read; older ones are behind the
   * watermark.
   */
  moveWatermark(readAtMs: number, lateArrivalWindowMs: number): void {
    if (this.#place === null) return;
    const { beforeMs } = this.#place;
    const lastMs = this.#dealt.times.findLast((timeMs) => timeMs <= beforeMs) ?? this.#watermarkMs;
    const horizonMs = Math.min(readAtMs - lateArrivalWindowMs - CLOCK_TOLERANCE_MS, lastMs);
    if (horizonMs <= this.#watermarkMs) return;
    this.#watermarkMs = horizonMs;
    this.#dealt.forgetBefore(horizonMs);
    // alone it is not worth a commit: the next commit includes it
  }

  /** Continues in another listing. What the one before showed may not be in it. */
  goTo(place: Place): void {
    this.passOver(-Infinity, Infinity);
    this.moveTo(place);
  }

  /** What a later run needs to continue from here. */
  position(): Position {
    return {
      startMs: this.#startMs,
      place: this.#place,
      watermarkMs: this.#watermarkMs,
      newestMs: this.#newestMs,
      dealt: this.#dealt.stored(),
      behindSinceMs: this.#behindSinceMs,
    };
  }

  /** Records at an instant before the place move the place. */
  #resize(timeMs: number, slots: number): void {
    const grown = this.#dealt.resize(timeMs, slots);
    const place = this.#place;
    if (place === null || timeMs >= place.beforeMs) return;
    this.#place = { ...place, offset: Math.max(0, place.offset + grown) };
  }
}

/** The cursor after some records were dealt with that it has not passed. */
export function withDealt(cursor: Cursor, seen: readonly Seen[]): Cursor {
  const state = new ListingState(cursor);
  for (const record of seen) state.deal(record);
  return { ...cursor, ...state.position() };
}
