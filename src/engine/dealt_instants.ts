/**
 * What is remembered of each instant: fingerprints of the records that were dealt with, and how many the
 * source showed. Pure.
 */
import type { DealtInstant } from "./cursor.ts";
import { countOf, countPrints } from "./instants.ts";

interface Dealt {
  prints: string;
  slots: number;
}

const NOTHING: Dealt = { prints: "", slots: 0 };

export class DealtInstants {
  readonly #dealt = new Map<number, Dealt>();
  /** Times in `#dealt`, oldest first. */
  readonly #times: number[] = [];

  constructor(stored: readonly DealtInstant[]) {
    for (const { timeMs, prints, slots } of stored) {
      this.#dealt.set(timeMs, { prints, slots });
      this.#times.push(timeMs);
    }
  }

  /** The instants of which something is remembered, oldest first. Epoch milliseconds. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** Fingerprints of what was dealt with, one after another. */
  printsAt(timeMs: number): string {
    return (this.#dealt.get(timeMs) ?? NOTHING).prints;
  }

  /** How many records the source showed last. */
  slotsAt(timeMs: number): number {
    return (this.#dealt.get(timeMs) ?? NOTHING).slots;
  }

  /** How many records were both shown and dealt with: at least as many should be shown again. */
  shownAt(timeMs: number): number {
    return Math.min(this.slotsAt(timeMs), countOf(this.printsAt(timeMs)));
  }

  /** One more record was dealt with. */
  add(timeMs: number, fingerprint: string): void {
    this.#instant(timeMs).prints += fingerprint;
  }

  /** These were dealt with; some of them may already be remembered. */
  recall(timeMs: number, prints: string): void {
    const instant = this.#instant(timeMs);
    const known = countPrints(instant.prints);
    for (const [print, count] of countPrints(prints)) {
      instant.prints += print.repeat(Math.max(0, count - (known.get(print) ?? 0)));
    }
  }

  /** The source shows this many records now. Returns how many more that is than before. */
  resize(timeMs: number, slots: number): number {
    const instant = this.#instant(timeMs);
    const grown = slots - instant.slots;
    instant.slots = slots;
    return grown;
  }

  /** The source need not show again what it showed before. */
  forgetSlots(): void {
    for (const instant of this.#dealt.values()) instant.slots = 0;
  }

  /** Forgets all instants that are older. */
  forgetBefore(timeMs: number): void {
    const kept = this.#times.findIndex((time) => time >= timeMs);
    const forgotten = this.#times.splice(0, kept === -1 ? this.#times.length : kept);
    for (const time of forgotten) this.#dealt.delete(time);
  }

  stored(): DealtInstant[] {
    return this.#times.map((timeMs) => ({ timeMs, ...this.#dealt.get(timeMs)! }));
  }

  #instant(timeMs: number): Dealt {
    const known = this.#dealt.get(timeMs);
    if (known !== undefined) return known;
    const instant = { ...NOTHING };
    this.#dealt.set(timeMs, instant);
    let at = this.#times.length;
    while (at > 0 && this.#times[at - 1] > timeMs) at--;
    this.#times.splice(at, 0, timeMs);
    return instant;
  }
}
