/**
 * One run of the engine: read on, take what is new, deliver it in batches, and move the cursor past
 * what was acknowledged. All I/O goes through the ports that are passed in.
 */
import { Batch, type Line, RECORD_MAX_BYTES } from "./batch.ts";
import type { Cursor, Seen } from "./cursor.ts";
import { CollectorError } from "../errors.ts";
import { deliver, type Destination, type Settled } from "./deliver.ts";
import { type Bookmark, type Listed, type Place, Reading, type Taken } from "./reading.ts";
import { locate, type Source } from "./locate.ts";

/** Where the cursor is kept. */
export interface CursorKeeper {
  /** Says that so many events are about to be sent, so that a run after a crash can tell repeats. */
  announce(events: number): Promise<void>;
  /** Makes the cursor durable, once for each acknowledged batch. `settled`: the events that it now lies behind. */
  commit(cursor: Cursor, settled: readonly SettledEvent[]): Promise<void>;
}

/** An event that was delivered, or given up. */
export interface SettledEvent {
  readonly eventId: string;
  /** Where it stands in the listing, see `Seen`. */
  readonly seen: Seen;
}

/** Where events go that the destination refuses. Keeping one again replaces it. */
export interface DeadLetters {
  keep(letter: DeadLetter): Promise<void>;
}

export interface DeadLetter {
  readonly eventId: string;
  /** The event as it would have been pushed: one line of JSON. */
  readonly json: string;
  readonly reason: string;
  /** What the destination answered; null when the event was too large to be sent at all. */
  readonly status: number | null;
}

export interface Ports<R extends Listed> {
  readonly source: Source<R>;
  readonly destination: Destination;
  readonly cursors: CursorKeeper;
  readonly deadLetters: DeadLetters;
  /** The line to push for a new record. */
  toLine(record: R, occurrence: number): Line;
  /** False for a new record that is to be passed over; all are wanted if left out. */
  wants?(record: R, occurrence: number): Promise<boolean>;
  /** How the source speaks, as far as it has found out: kept with the cursor. */
  dialect(): unknown;
  /** False when the run must end after the batch in hand: its time or its requests are used up. */
  mayGoOn(): boolean;
  random(): number;
}

export interface Limits {
  /** Events to deliver in one run. */
  readonly maxFetch: number;
  readonly lateArrivalWindowMs: number;
  /** Records to ask for at once. At least 2. */
  readonly pageSize: number;
  /** Where to stop, epoch milliseconds: a record that is not older ends the run. */
  readonly untilMs?: number;
}

/** What a run has done so far. It is filled as the run goes, so that a failed run can be told too. */
export interface Progress {
  cursor: Cursor;
  /** False as long as the cursor was never committed. */
  stored: boolean;
  commits: number;
  pages: number;
  recordsRead: number;
  delivered: number;
  deadLettered: number;
  lateArrivals: number;
  twins: number;
  batches: number;
  /** Times the listing was found to have moved, so that the late-arrival window was read again. */
  relocations: number;
  /** True when there is more to read at once. */
  more: boolean;
}

export function startProgress(cursor: Cursor, stored: boolean): Progress {
  return {
    cursor,
    stored,
    commits: 0,
    pages: 0,
    recordsRead: 0,
    delivered: 0,
    deadLettered: 0,
    lateArrivals: 0,
    twins: 0,
    batches: 0,
    relocations: 0,
    more: false,
  };
}

/** Runs until the end of the listing, a limit, or a failure, which is thrown; `progress` tells how far it came. */
export async function run<R extends Listed>(
  ports: Ports<R>,
  limits: Limits,
  progress: Progress,
): Promise<void> {
  const reading = new Reading(progress.cursor);
  const batch = new Batch<TakenLine>();
  const untilMs = limits.untilMs ?? Infinity;
  let givenUp: TakenLine[] = [];
  let heldBack: { lines: readonly TakenLine[]; because?: unknown } = { lines: [] };
  let taken = 0;

  pages: for (let last = false; !last;) {
    const page = await readOn(ports.source, reading, limits.pageSize, progress);
    for (const [index, record] of page.records.entries()) {
      if (record.timeMs !== null && record.timeMs >= untilMs) break pages;
      const result = reading.take(record, page.readAtMs);
      if (!result.fresh) continue;
      if (ports.wants !== undefined && !await ports.wants(record, result.occurrence)) continue;
      taken++;
      await put({ ...ports.toLine(record, result.occurrence), ...result });
      if (batch.full || taken >= limits.maxFetch) await send();
      if (taken >= limits.maxFetch && heldBack.lines.length === 0) {
        progress.more = !page.last || index < page.records.length - 1;
        return;
      }
    }
    reading.seal(page.readAtMs, limits.lateArrivalWindowMs);
    last = page.last;
    if (!last && !ports.mayGoOn()) {
      progress.more = true;
      break;
    }
  }
  if (batch.size === 0 && heldBack.lines.length > 0) throw heldBack.because;
  const learned = JSON.stringify(ports.dialect()) !== JSON.stringify(progress.cursor.dialect);
  if (batch.size > 0 || reading.changed || learned || !progress.stored) await send();

  async function put(line: TakenLine): Promise<void> {
    if (line.bytes <= RECORD_MAX_BYTES) return batch.add(line);
    await giveUp({ ...line, status: null, reason: tooLarge(line) });
    givenUp.push(line);
    progress.deadLettered++;
  }

  /** Delivers what is in hand, and commits the cursor past everything taken so far. */
  async function send(): Promise<void> {
    const lines = [...heldBack.lines, ...batch.drain()];
    try {
      if (lines.length > 0) await deliverLines(lines);
    } catch (error) {
      if (!mayHoldBack(error, lines)) throw error;
      heldBack = { lines, because: error };
      return;
    }
    await commit(reading.bookmark(), [...lines, ...givenUp]);
    heldBack = { lines: [] };
    givenUp = [];
  }

  /** A batch of nothing but poison looks like a destination that refuses everything: the next events tell. */
  function mayHoldBack(error: unknown, lines: readonly TakenLine[]): boolean {
    return error instanceof CollectorError && error.code === "destination_refuses_everything" &&
      sumOf(lines.map((line) => line.bytes)) < HELD_BACK_MAX_BYTES && ports.mayGoOn();
  }

  async function deliverLines(lines: readonly TakenLine[]): Promise<void> {
    await ports.cursors.announce(lines.length);
    const settled: Settled<TakenLine> = {
      delivered: [],
      refused: [],
      accepting: progress.delivered > 0,
    };
    try {
      await deliver(ports.destination, lines, settled, ports.random);
    } catch (error) {
      if (settled.accepting) await commitPart(settled);
      throw error;
    }
    await settle(settled);
    progress.batches++;
  }

  async function settle({ delivered, refused }: Settled<TakenLine>): Promise<void> {
    for (const { line, status, reason } of refused) await giveUp({ ...line, status, reason });
    progress.deadLettered += refused.length;
    progress.delivered += delivered.length;
    progress.lateArrivals += delivered.filter((line) => line.late).length;
    progress.twins += delivered.filter((line) => line.occurrence > 1).length;
  }

  /** A batch failed half-way: the cursor stays before it, and remembers what of it is dealt with. */
  async function commitPart(settled: Settled<TakenLine>): Promise<void> {
    const lines = [...settled.delivered, ...settled.refused.map((refused) => refused.line)];
    if (lines.length === 0) return;
    await settle(settled);
    const unplaced = [...progress.cursor.unplaced, ...lines.map((line) => line.seen)];
    await commit({ ...progress.cursor, unplaced }, lines);
  }

  async function commit(bookmark: Bookmark, settled: readonly SettledEvent[]): Promise<void> {
    progress.cursor = {
      ...bookmark,
      revision: progress.cursor.revision + 1,
      dialect: ports.dialect(),
    };
    await ports.cursors.commit(progress.cursor, settled);
    progress.stored = true;
    progress.commits++;
  }

  async function giveUp({ eventId, json, status, reason }: DeadLetter): Promise<void> {
    await ports.deadLetters.keep({ eventId, json, status, reason });
  }
}

type TakenLine = Line & Extract<Taken, { fresh: true }>;

/** With the next batch, and a record of the largest size, this is still below what XSIAM takes at once. */
const HELD_BACK_MAX_BYTES = 3 * 1024 * 1024;

interface Unread<R> {
  readonly records: readonly R[];
  readonly readAtMs: number;
  /** True when they reach to the end of the listing. */
  readonly last: boolean;
}

/** The next records that were not read yet. Every read shows again the records just before them, or finds the place anew. */
async function readOn<R extends Listed>(
  source: Source<R>,
  reading: Reading,
  pageSize: number,
  progress: Progress,
): Promise<Unread<R>> {
  const counting: Source<R> = {
    async read(from) {
      const page = await source.read(from);
      progress.pages++;
      progress.recordsRead += page.records.length;
      return page;
    },
  };
  const place = reading.place;
  let likelyOffset = 0;
  if (place !== null) {
    const page = await confirmed(counting, reading, place, pageSize);
    if (page !== null) return page;
    likelyOffset = reading.misplace();
    progress.relocations++;
  }
  const located = await locate(counting, reading.sealedBeforeMs, likelyOffset, pageSize);
  reading.placeAt(located.day, located.offset, located.anchor);
  return located;
}

/** Reads on from a place, or answers null when the listing has moved away from it. */
async function confirmed<R extends Listed>(
  source: Source<R>,
  reading: Reading,
  { day, offset, verify }: Place,
  pageSize: number,
): Promise<Unread<R> | null> {
  const near = Math.min(verify, pageSize - 1);
  const { records, readAtMs } = await source.read({ day, offset: offset - near, first: pageSize });
  if (records.length < near || !reading.confirms(records, near)) return null;
  if (near < verify) {
    // More twins than a page holds prove nothing. Records are only ever added, so what stands
    // unmoved after the page was read stood there before it too.
    const proof = await source.read({ day, offset: offset - verify, first: pageSize });
    if (proof.records.length === 0 || !reading.confirms(proof.records, verify)) return null;
  }
  return { records: records.slice(near), readAtMs, last: records.length < pageSize };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function tooLarge(line: Line): string {
  return `The record has ${line.bytes} bytes; XSIAM takes ${RECORD_MAX_BYTES} at most.`;
}
