/** A refused event as it is kept, and when it is tried again. Pure. */
import { Buffer } from "node:buffer";
import type {
  Line,
  RefusedAgain,
  SentEvent,
  Undelivered,
  WholeRefusal,
} from "../../engine/ports.ts";
import { DAY_MS, HOUR_MS, iso } from "../../engine/time.ts";

/** What is known of a letter without its event, which is sealed. */
export interface LetterFacts extends Omit<Undelivered, "json" | "origin"> {
  /** ISO 8601: when it was last refused, and first. */
  readonly refusedAt: string;
  readonly firstRefusedAt: string;
  /** Tries of runs that were in vain, since it became a dead letter if it is one: what schedules the next. */
  readonly tries: number;
  /** ISO 8601: when the next try is due; null if no run tries it again by itself. */
  readonly nextTryAt: string | null;
  /** The cursor whose commit moved past the event, and the revision of that commit. Without it the letter does not count. */
  readonly cursor: string;
  readonly revision: number;
  /** Length of its event, in bytes of UTF-8, even if that can't be opened. */
  readonly bytes: number;
}

export interface KeptLetter extends Undelivered, LetterFacts {}

/**
 * What waits for the destination to accept something again is tried in each run for the first hour, then at
 * this interval.
 */
const SET_ASIDE_RETRY_MS = 10 * 60_000;

export function firstKept(
  refusal: Undelivered,
  cursor: string,
  revision: number,
  nowMs: number,
): KeptLetter {
  const at = iso(nowMs);
  return {
    ...refusal,
    ...{ refusedAt: at, firstRefusedAt: at, tries: 1, cursor, revision },
    bytes: Buffer.byteLength(refusal.json),
    nextTryAt: nextTryAt(refusal, { tries: 1, firstMs: nowMs, nowMs }),
  };
}

/** The letter after one more refusal. A dead letter stays one. */
export function keptAgain(letter: KeptLetter, refusal: RefusedAgain, nowMs: number): KeptLetter {
  const { reason, status } = refusal;
  const refusedAlone = letter.refusedAlone || refusal.refusedAlone;
  const dead = letter.dead || refusal.dead;
  const isDoubted = letter.isDoubted || refusal.isDoubted;
  const again = { ...asSent(letter, refusal), reason, status, refusedAlone, isDoubted, dead };
  const isTry = refusal.counts || !dead;
  const tries = isTry ? (dead && !letter.dead ? 1 : letter.tries + 1) : letter.tries;
  const firstMs = Date.parse(letter.firstRefusedAt);
  const next = isTry ? nextTryAt(again, { tries, firstMs, nowMs }) : iso(nowMs + HOUR_MS);
  return { ...again, refusedAt: iso(nowMs), tries, nextTryAt: next };
}

/**
 * The letter after it was refused when somebody had it delivered again: as it was sent, with the reason that
 * was given now. Runs try it as often, and when, they would have.
 */
export function keptAsRefused(
  letter: KeptLetter,
  line: Line,
  { status, reason }: WholeRefusal["refusedWhole"],
  nowMs: number,
): KeptLetter {
  return {
    ...asSent(letter, line),
    ...{ status, reason, refusedAlone: true, refusedAt: iso(nowMs) },
  };
}

/** The letter with its event as it was sent last. */
function asSent(letter: KeptLetter, { json, origin }: SentEvent): KeptLetter {
  const { origin: _, ...others } = letter;
  const bytes = Buffer.byteLength(json);
  return { ...others, json, bytes, ...(origin !== undefined && { origin }) };
}

/** A dead letter is tried again after an hour and after a day; one that can't be sent at all, never. */
function nextTryAt(
  { dead, status }: Undelivered,
  { tries, firstMs, nowMs }: { tries: number; firstMs: number; nowMs: number },
): string | null {
  if (!dead) return iso(nowMs - firstMs < HOUR_MS ? nowMs : nowMs + SET_ASIDE_RETRY_MS);
  if (status === null || tries > 2) return null;
  return iso(nowMs + (tries === 1 ? HOUR_MS : DAY_MS));
}

/** Is the letter to be tried again? `accepting`: the destination has just accepted something. */
export function isDue(
  { nextTryAt, dead }: LetterFacts,
  nowMs: number,
  accepting: boolean,
): boolean {
  return (nextTryAt !== null && Date.parse(nextTryAt) <= nowMs) || (accepting && !dead);
}
