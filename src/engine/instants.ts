/**
 * Instants: all records of one time. The source shows them in any order, and in a different one each time,
 * so what is new at an instant is found by comparing sets, never by positions. Pure.
 */
import { FINGERPRINT_DIGITS } from "./cursor.ts";
import type { Listed } from "./ports.ts";

/**
 * An instant as the source shows it. What is made for each record or instant has a constructor: literals
 * that outlive a collection are from then on made in V8's old generation, where even when they are dead
 * they keep alive what they refer to, all records of a backlog among it.
 */
export class Instant<R extends Listed = Listed> {
  constructor(
    /** Epoch milliseconds. */
    readonly timeMs: number,
    /** Index of its first record in the page. */
    readonly index: number,
    /** Everything at it, unreadable records too. */
    readonly records: R[],
  ) {}
}

/**
 * The records from `index` on, put together by instant. A record whose own date can't be read, or that
 * is older than the one before it, belongs to the instant before it; the first ones to `floorMs`.
 */
export function toInstants<R extends Listed>(
  records: readonly R[],
  index: number,
  floorMs: number,
): Instant<R>[] {
  const instants: Instant<R>[] = [];
  let at = index;
  for (let atMs = floorMs; at < records.length;) {
    atMs = Math.max(records[at].timeMs ?? floorMs, atMs);
    const first = at++;
    while (at < records.length && (records[at].timeMs ?? floorMs) <= atMs) at++;
    instants.push(new Instant(atMs, first, records.slice(first, at)));
  }
  return instants;
}

/**
 * Up to this many records are compared with one another: for most instants that is cheaper than counting
 * them.
 */
const FEW = 8;

/** A record that was not dealt with, and its number among identical ones, from 1. */
export class Fresh<R extends Listed = Listed> {
  constructor(readonly record: R, readonly occurrence: number) {}
}

/**
 * What is new at an instant: what is shown and was not dealt with. Never more than the instant has grown
 * by: a record that is rendered differently than before (a label, a renamed user, another wire format) is
 * not new. If more look new, the last ones are taken, because what is added is usually shown last. `dealt`:
 * the fingerprints that were dealt with, one after another.
 */
export function freshOf<R extends Listed>(shown: readonly R[], dealt: string): Fresh<R>[] {
  if (dealt === "") return numbered(shown.filter(({ unreadable }) => !unreadable), new Map());
  const known = countPrints(dealt);
  const fresh: R[] = [];
  let readable = 0;
  for (const record of shown) {
    if (record.unreadable) continue;
    readable++;
    const left = known.get(record.fingerprint) ?? 0;
    if (left > 0) known.set(record.fingerprint, left - 1);
    else fresh.push(record);
  }
  const grown = Math.max(0, readable - countOf(dealt));
  return numbered(fresh.slice(Math.max(0, fresh.length - grown)), countPrints(dealt));
}

/**
 * What is new at an instant of a page. The answers are not added up, because two may have shown the same
 * record. `breaks`: where in the page another answer begins.
 */
export function freshAt<R extends Listed>(
  { index, records }: Instant<R>,
  breaks: readonly number[],
  dealt: string,
): Fresh<R>[] {
  if (breaks.length === 0) return freshOf(records, dealt);
  const answers = splitAt(records, breaks.map((at) => at - index));
  if (answers.length === 1) return freshOf(records, dealt);
  const together: R[] = [];
  const most = new Map<string, number>();
  for (const answer of answers) {
    const counts = new Map<string, number>();
    for (const record of answer) {
      const count = (counts.get(record.fingerprint) ?? 0) + 1;
      counts.set(record.fingerprint, count);
      if (count <= (most.get(record.fingerprint) ?? 0)) continue;
      most.set(record.fingerprint, count);
      together.push(record);
    }
  }
  return freshOf(together, dealt);
}

/** The records of each answer. `breaks`: indexes at which another answer begins. */
export function splitAt<R>(records: readonly R[], breaks: readonly number[]): R[][] {
  const inside = breaks.filter((at) => at > 0 && at < records.length);
  return [0, ...inside].map((from, i) => records.slice(from, inside[i]));
}

/** Numbers records among identical ones. `counts`: how many of each there were before. */
function numbered<R extends Listed>(
  records: readonly R[],
  counts: Map<string, number>,
): Fresh<R>[] {
  if (counts.size === 0 && records.length <= FEW) {
    return records.map((record, at) => new Fresh(record, occurrenceAt(records, at)));
  }
  return records.map((record) => {
    const occurrence = (counts.get(record.fingerprint) ?? 0) + 1;
    counts.set(record.fingerprint, occurrence);
    return new Fresh(record, occurrence);
  });
}

/** The number of a record among identical ones before it, from 1. */
function occurrenceAt(records: readonly Listed[], at: number): number {
  let occurrence = 1;
  for (let before = 0; before < at; before++) {
    if (records[before].fingerprint === records[at].fingerprint) occurrence++;
  }
  return occurrence;
}

/** How often each fingerprint occurs in a text of fingerprints. */
export function countPrints(prints: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at < prints.length; at += FINGERPRINT_DIGITS) {
    const print = prints.slice(at, at + FINGERPRINT_DIGITS);
    counts.set(print, (counts.get(print) ?? 0) + 1);
  }
  return counts;
}

/** How many records a text of fingerprints stands for. */
export function countOf(prints: string): number {
  return prints.length / FINGERPRINT_DIGITS;
}
