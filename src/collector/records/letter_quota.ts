/**
 * How many dead letters are kept, and what is kept of one that can't be sent at all. Events that are never
 * accepted must not fill the storage: at the quota a run fails instead, and refused events wait at the
 * source. Pure.
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Room, Undelivered } from "../../engine/ports.ts";
import { CollectorError } from "../../errors.ts";
import { iso } from "../../engine/time.ts";
import type { KeptLetter, LetterFacts } from "./kept_letter.ts";
import type { LetterCounts } from "./letter_counts.ts";

/** The bytes of the quota, for each letter that it allows: few events are as large. */
const BYTES_PER_LETTER = 50_000;

/** Up to this part of the quota, an event that is too large to be sent is kept whole. */
const WHOLE_UP_TO = 0.25;

/** What is dead. */
type Dead = Pick<LetterCounts, "deadLetters" | "deadBytes">;

/** How much of the quota is taken, in number or in bytes: 1 is all of it. */
export function fullness({ deadLetters, deadBytes }: Dead, maxLetters: number): number {
  return Math.max(deadLetters / maxLetters, deadBytes / (maxLetters * BYTES_PER_LETTER));
}

/**
 * How many of these letters there is room for, counted from the first. What is only set aside has its own
 * limit, but may become a dead letter: once there is no room for another dead letter, there is none for it
 * either.
 */
export function roomFor(kept: Dead, letters: readonly Undelivered[], maxLetters: number): Room {
  let { deadLetters, deadBytes } = kept;
  for (const [index, { dead, json }] of letters.entries()) {
    const more = { deadLetters: deadLetters + 1, deadBytes: deadBytes + Buffer.byteLength(json) };
    if (fullness(dead ? more : { ...more, deadBytes }, maxLetters) > 1) {
      return { letters: index, full: full(kept, letters.length) };
    }
    if (dead) ({ deadLetters, deadBytes } = more);
  }
  return { letters: letters.length, full: null };
}

function full({ deadLetters, deadBytes }: Dead, more: number): CollectorError {
  return new CollectorError("dead_letters_full", {
    detail:
      `There are ${deadLetters} dead letters with ${deadBytes} bytes, and no room for all of ` +
      `${more} more.`,
  });
}

const NOT_KEPT = "too large to be kept";
const NOT_OPENED = "sealed with secrets that are no longer in the settings";

/** False if only what identifies the event is there: it must not be sent in its place. */
export function hasContent({ status, json }: Pick<Undelivered, "status" | "json">): boolean {
  const isKept = status !== null || !json.endsWith(ending(NOT_KEPT));
  return isKept && !json.endsWith(ending(NOT_OPENED));
}

function ending(content: string): string {
  return `,"content":"${content}"}`;
}

/** The letter whose event can't be opened: with what identifies it. */
export function withoutContent(letter: LetterFacts): KeptLetter {
  const { eventId, timeMs } = letter;
  const json = JSON.stringify({ event_id: eventId, _time: iso(timeMs), content: NOT_OPENED });
  return { ...letter, json };
}

/**
 * The letter as it is kept. An event that is too large to be sent can't be delivered later either: once
 * such events take much room, only what identifies them is kept. The source still has their content.
 */
export function asKept(letter: Undelivered, kept: Dead, maxLetters: number): Undelivered {
  if (letter.status !== null) return letter;
  const bytes = Buffer.byteLength(letter.json);
  const whole = { ...kept, deadBytes: kept.deadBytes + bytes };
  if (fullness(whole, maxLetters) <= WHOLE_UP_TO) return letter;
  const json = JSON.stringify({
    event_id: letter.eventId,
    _time: iso(letter.timeMs),
    bytes,
    sha256: createHash("sha256").update(letter.json).digest("hex"),
    content: NOT_KEPT,
  });
  const { origin: _, ...others } = letter;
  return { ...others, json };
}
