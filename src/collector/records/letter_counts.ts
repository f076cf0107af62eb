/** How many letters are kept, so that nobody has to list them to know. One row in storage. Pure. */
import type { SetAside } from "../../engine/ports.ts";
import type { LetterFacts } from "./kept_letter.ts";

export interface LetterCounts {
  readonly deadLetters: number;
  /** How much their events take together. */
  readonly deadBytes: number;
  readonly setAside: SetAside;
  /** The earliest time at which one is to be tried again; epoch milliseconds. */
  readonly dueAtMs: number | null;
  /** No letter's event is newer; epoch milliseconds. */
  readonly newestMs: number | null;
  /** When the destination last accepted an event while others were set aside; epoch milliseconds. */
  readonly takenAtMs: number | null;
  /** By cursor, the commit whose letters are kept but not counted, because it may not have been made. */
  readonly pending: Readonly<Record<string, number>>;
  /** True while letters are changed: if a run dies then, they are counted again. */
  readonly changing: boolean;
}

export const NO_LETTERS: LetterCounts = {
  deadLetters: 0,
  deadBytes: 0,
  setAside: { events: 0, bytes: 0, sinceMs: null },
  dueAtMs: null,
  newestMs: null,
  takenAtMs: null,
  pending: {},
  changing: false,
};

export function withLetter(counts: LetterCounts, letter: LetterFacts): LetterCounts {
  const { deadLetters, deadBytes, setAside } = counts;
  const { bytes } = letter;
  const nextMs = letter.nextTryAt === null ? null : Date.parse(letter.nextTryAt);
  const dueAtMs = earlier(counts.dueAtMs, nextMs);
  const newestMs = Math.max(counts.newestMs ?? -Infinity, letter.timeMs);
  if (letter.dead) {
    return {
      ...counts,
      dueAtMs,
      newestMs,
      deadLetters: deadLetters + 1,
      deadBytes: deadBytes + bytes,
    };
  }
  return {
    ...counts,
    dueAtMs,
    newestMs,
    setAside: {
      events: setAside.events + 1,
      bytes: setAside.bytes + bytes,
      sinceMs: earlier(setAside.sinceMs, Date.parse(letter.firstRefusedAt)),
    },
  };
}

/** `dueAtMs` may be too early afterwards, and `newestMs` too late; once the letters are counted, they are right. */
export function withoutLetter(counts: LetterCounts, letter: LetterFacts): LetterCounts {
  const { deadLetters, deadBytes, setAside } = counts;
  if (letter.dead) {
    return { ...counts, deadLetters: deadLetters - 1, deadBytes: deadBytes - letter.bytes };
  }
  const events = setAside.events - 1;
  const bytes = setAside.bytes - letter.bytes;
  return {
    ...counts,
    setAside: { events, bytes, sinceMs: events === 0 ? null : setAside.sinceMs },
  };
}

export function isPending({ pending }: LetterCounts, { cursor, revision }: LetterFacts): boolean {
  return pending[cursor] === revision;
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one ?? other : Math.min(one, other);
}

/** All letters that count. */
export function lettersIn({ deadLetters, setAside }: LetterCounts): number {
  return deadLetters + setAside.events;
}
