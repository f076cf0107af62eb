/** A refused event as it is kept, and when it is tried again. Pure. */
import { DAY_MS, iso } from "../../engine/time.ts";

/** An event that the destination has refused. */
export interface Refusal {
  readonly eventId: string;
  /** 1, or which of several identical records it is. */
  readonly occurrence: number;
  /** The event as it would have been pushed: one line of JSON. */
  readonly json: string;
  readonly reason: string;
  /** What the destination answered; null when the event was too large to be sent at all. */
  readonly status: number | null;
  /** True for a dead letter; false for one that waits until the destination accepts anything again. */
  readonly dead: boolean;
}

export interface KeptLetter extends Refusal {
  /** ISO 8601: when it was refused last, and first. */
  readonly refusedAt: string;
  readonly firstRefusedAt: string;
  /** How often it was refused. */
  readonly tries: number;
  /** ISO 8601: from when on a run tries it again; null if none does by itself. */
  readonly nextTryAt: string | null;
  /** Whose commit moved past the event, and which one. Without that commit the letter does not count. */
  readonly cursor: string;
  readonly revision: number;
}

const HOUR_MS = 60 * 60_000;
/** What waits for the destination to accept anything is tried so often while it does not. */
const SET_ASIDE_RETRY_MS = 10 * 60_000;

export function firstKept(
  refusal: Refusal,
  cursor: string,
  revision: number,
  nowMs: number,
): KeptLetter {
  const at = iso(nowMs);
  return {
    ...refusal,
    ...{ refusedAt: at, firstRefusedAt: at, tries: 1, cursor, revision },
    nextTryAt: nextTryAt(refusal, 1, nowMs),
  };
}

/** The letter after one more refusal. A dead letter stays one. */
export function keptAgain(letter: KeptLetter, refusal: Refusal, nowMs: number): KeptLetter {
  const again = { ...letter, ...refusal, dead: letter.dead || refusal.dead };
  const tries = letter.tries + 1;
  return { ...again, refusedAt: iso(nowMs), tries, nextTryAt: nextTryAt(again, tries, nowMs) };
}

/** A dead letter is tried again after an hour and after a day; one that can't be sent at all, never. */
function nextTryAt({ dead, status }: Refusal, tries: number, nowMs: number): string | null {
  if (!dead) return iso(nowMs + SET_ASIDE_RETRY_MS);
  if (status === null || tries > 2) return null;
  return iso(nowMs + (tries === 1 ? HOUR_MS : DAY_MS));
}

/** Is the letter to be tried again? `accepting`: the destination has just accepted something. */
export function isDue({ nextTryAt, dead }: KeptLetter, nowMs: number, accepting: boolean): boolean {
  return (nextTryAt !== null && Date.parse(nextTryAt) <= nowMs) || (accepting && !dead);
}
