/** Undelivered events as they are put into the box: why each was refused, or not sent. Pure. */
import type { Destination, Line, RefusedAgain, Seen, SentEvent, Undelivered } from "./ports.ts";
import type { Refusal } from "./take_apart.ts";

export function toLetter(
  { line, status, reason, alone, isDoubted, dead }: Refusal<Line>,
): Undelivered {
  return {
    ...eventOf(line),
    ...{ status, reason: reasonOf(reason, alone), refusedAlone: alone, isDoubted, dead },
  };
}

/** Only of an event that was sent alone is it known that the reason is about that event. */
function reasonOf(reason: string, alone: boolean): string {
  return alone ? reason : `${reason} (said of a batch with this event)`;
}

/** The letter after one more refusal. */
export function letterAgain(
  letter: Undelivered,
  { line, status, reason, alone, isDoubted, dead }: Refusal<Line>,
): RefusedAgain {
  const { origin: _, ...others } = letter;
  return {
    ...others,
    ...eventOf(line),
    status,
    reason: reasonOf(reason, alone),
    refusedAlone: letter.refusedAlone || alone,
    isDoubted: letter.isDoubted || isDoubted,
    dead: letter.dead || dead,
    counts: dead,
  };
}

/** An event that is too large to be sent at all. */
export function tooLargeLetter(line: Line, { label, limits }: Destination): Undelivered {
  const reason = `The record has ${line.bytes} bytes; ` +
    `${label} accepts at most ${limits.maxEventBytes} in one event.`;
  const refusal = { status: null, reason, refusedAlone: true, isDoubted: true, dead: true };
  return { ...eventOf(line), ...refusal };
}

/**
 * Events that were not sent, while a twin with a higher number was settled. The next run would continue the
 * numbering from there, so these are set aside with the numbers they have.
 */
export function overtakenTwins<L extends Line & { readonly seen: Seen }>(
  lines: readonly L[],
  settled: readonly L[],
): readonly L[] {
  const content = ({ seen }: L) => `${seen.timeMs} ${seen.fingerprint}`;
  const highest = new Map<string, number>();
  for (const line of settled) {
    const known = highest.get(content(line)) ?? 0;
    highest.set(content(line), Math.max(known, line.occurrence));
  }
  const isSettled = new Set(settled);
  return lines.filter((line) =>
    !isSettled.has(line) && line.occurrence < (highest.get(content(line)) ?? 0)
  );
}

export function overtakenLetter(line: Line): Undelivered {
  const reason = "The run ended before it was sent; a twin of it was delivered.";
  const refusal = { status: 0, reason, refusedAlone: false, isDoubted: false, dead: false };
  return { ...eventOf(line), ...refusal };
}

function eventOf({ eventId, occurrence, timeMs, json, origin }: Line): SentEvent {
  return { eventId, occurrence, timeMs, json, ...(origin !== undefined && { origin }) };
}
