/**
 * Reads an instant that no single answer shows completely, because it has more records than a page. If its
 * records come in a different order in each answer, a page may repeat what another has shown and leave out
 * others, so the instant is read again with different page sizes, a limited number of times. Records that
 * look the same count as two only where one answer shows both. I/O through the page reader alone.
 */
import { type Standing, standingOf } from "./boundary.ts";
import { countOf, countPrints, Fresh, type Instant, splitAt, toInstants } from "./instants.ts";
import type { ListingState } from "./listing_state.ts";
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { type Reading, recall } from "./reading.ts";
import type { SolidPage } from "./solid_page.ts";

/** A new record at an instant. */
export interface Taken<R extends Listed = Listed> extends Fresh<R> {
  readonly timeMs: number;
}

/** Where an instant begins in the listing, and how many of its records an earlier run has read. */
interface Start {
  readonly day: string;
  readonly offset: number;
  readonly timeMs: number;
  readonly inside: number;
}

/** How many records the instant has, or how many were read when the budget ended; null when it has moved meanwhile. */
export type ReadInstant = { readonly size: number } | { readonly inside: number } | null;

/** How often an instant is read before the records it has not shown are left to reconciliation. */
const MAX_SWEEPS = 5;
/** By what fraction the pages of each further sweep are smaller, so that they end at different records. */
const SMALLER_BY = 0.17;

/** What one reading of an instant, from its beginning or from further inside, has shown. */
interface Sweep<R extends Listed> {
  /** How many records from its beginning on were read, unreadable ones too. */
  read: number;
  /** How many of them can be shown. */
  readable: number;
  /** What the answers show of it, and what was not given yet. */
  answers: R[][];
  /** True when its end was reached. */
  complete: boolean;
}

/** The new records of an instant. The consumer deals with each before it asks for the next. */
export async function* wholeInstant<R extends Listed>(
  reading: Reading<R>,
  start: Start,
): AsyncGenerator<Iterable<Taken<R>>, ReadInstant> {
  const { reader, state, progress } = reading;
  const { timeMs } = start;
  await recall(reading, timeMs);
  const standing = await standingAt(reader, start);
  // a record that can't be shown may be counted with a different instant each time
  const isDoubtful = progress.gaps.some(({ why }) => why === "unreadable");
  if (standing !== "holds" && !isDoubtful) return null;
  let size = 0;
  let readable: number | null = null;
  for (let round = 0; round < MAX_SWEEPS; round++) {
    const inside = round === 0 ? start.inside : 0;
    const sweep = yield* sweepOnce(reader, state, { ...start, inside }, round);
    if (sweep === null) return null;
    const { read, answers, complete } = sweep;
    // if no request is left, the next run checks whether it has moved; this one must have made progress
    const look = () => standingAt(reader, start);
    const isFurther = round > 0 || read > inside;
    const now = isFurther ? await unlessSpent(reader, look) : await look();
    if (round > 0 && (now === null || !complete)) break;
    if (now !== null && now !== standing) return null;
    if (complete && inside === 0) readable = Math.max(readable ?? 0, sweep.readable);
    yield giveNew(answers, state, timeMs, Math.max(readable ?? 0, sweep.readable));
    if (now === null || !complete) return { inside: read };
    size = read;
    if (unshown(state, timeMs, readable ?? size) <= 0) return { size };
  }
  neverShown(progress, start, unshown(state, timeMs, readable ?? size));
  return { size };
}

/** Reads something; null if the requests of the run are used up before. */
async function unlessSpent<R extends Listed, T>(
  reader: PageReader<R>,
  read: () => Promise<T>,
): Promise<T | null> {
  if (!reader.hasBudget()) return null;
  try {
    return await read();
  } catch (error) {
    if (reader.hasBudget()) throw error;
    return null;
  }
}

/** Does the instant still begin where it should? If not, records were shown twice, or not at all. */
async function standingAt<R extends Listed>(
  reader: PageReader<R>,
  { day, offset, timeMs }: Start,
): Promise<Standing> {
  if (offset === 0) return "holds";
  return standingOf(await reader.readAt(day, offset - 1, 2), { offset, beforeMs: timeMs });
}

/**
 * Reads an instant from `inside` on; null when older records were inserted before it. Where nothing was
 * dealt with yet, all that is shown is new, and yielded at once.
 */
async function* sweepOnce<R extends Listed>(
  reader: PageReader<R>,
  state: ListingState,
  { day, offset: startOffset, timeMs, inside }: Start,
  round: number,
): AsyncGenerator<Iterable<Taken<R>>, Sweep<R> | null> {
  const first = Math.max(2, Math.round(reader.size.stride * (1 - round * SMALLER_BY)));
  const nothing = { answers: [], complete: false };
  // what was read before counts as far as it was dealt with
  const readable = Math.min(inside, countOf(state.printsAt(timeMs)));
  const sweep: Sweep<R> = { read: inside, readable, ...nothing };
  while (!sweep.complete) {
    const offset = startOffset + sweep.read;
    const read = () => reader.readAt(day, offset, first);
    const isNeeded = round === 0 && sweep.read === inside; // otherwise the run would make no progress
    const page = isNeeded ? await read() : await unlessSpent(reader, read);
    if (page === null) break;
    const { records, breaks, last } = page;
    if (standingOf(page, { offset, beforeMs: timeMs }) === "inserted") return null;
    const [instant] = toInstants(records, 0, timeMs);
    const shown = instant?.timeMs === timeMs ? instant.records : [];
    sweep.readable += shown.filter(({ unreadable }) => !unreadable).length;
    sweep.read += shown.length;
    sweep.answers.push(...splitAt(shown, breaks));
    sweep.complete = last || shown.length < records.length || shown.length === 0;
    // otherwise only its end tells how much of it can be new: see `freshOf`
    if (state.printsAt(timeMs) === "" || inside > 0) {
      yield giveNew(sweep.answers, state, timeMs, sweep.readable);
    }
  }
  return sweep;
}

/** An instant that took several answers may have records that none of them has shown: these are reported. */
export function tellUnshown<R extends Listed>(
  { state, progress }: Pick<Reading<R>, "state" | "progress">,
  page: SolidPage<R>,
  { timeMs, index, records }: Instant<R>,
): void {
  if (page.breaks.length === 0) return;
  const start = { day: page.day, offset: page.offset + index, timeMs };
  if (splitAt(records, page.breaks.map((at) => at - index)).length === 1) return;
  const readable = records.filter(({ unreadable }) => !unreadable).length;
  const left = unshown(state, timeMs, readable);
  if (left > 0) neverShown(progress, start, left);
}

function neverShown(
  { gaps, readAtMs }: Progress,
  { day, offset, timeMs }: Pick<Start, "day" | "offset" | "timeMs">,
  records: number,
): void {
  const around = { afterMs: timeMs, beforeMs: timeMs };
  gaps.push({ day, offset, records, ...around, foundAtMs: readAtMs ?? timeMs, why: "never shown" });
}

/** Yields the records that an answer shows more often than they were dealt with, up to the size of the instant, and empties the answers. */
function* giveNew<R extends Listed>(
  answers: R[][],
  state: ListingState,
  timeMs: number,
  size: number,
): Generator<Taken<R>, void> {
  for (const shown of answers.splice(0)) {
    for (const fresh of freshInAnswer(shown, state.printsAt(timeMs))) {
      if (unshown(state, timeMs, size) <= 0) return;
      yield { ...fresh, timeMs };
    }
  }
}

function unshown(state: ListingState, timeMs: number, size: number): number {
  return size - countOf(state.printsAt(timeMs));
}

/** The records of a larger instant that one answer shows more often than they were dealt with. */
function freshInAnswer<R extends Listed>(shown: readonly R[], dealt: string): Fresh<R>[] {
  const known = countPrints(dealt);
  const seen = new Map<string, number>();
  const fresh: Fresh<R>[] = [];
  for (const record of shown) {
    if (record.unreadable) continue;
    const occurrence = (seen.get(record.fingerprint) ?? 0) + 1;
    seen.set(record.fingerprint, occurrence);
    if (occurrence > (known.get(record.fingerprint) ?? 0)) {
      fresh.push(new Fresh(record, occurrence));
    }
  }
  return fresh;
}
