/**
 * One run of the engine: read on, take what is new, deliver it in batches, and move the cursor past
 * what was acknowledged. While one batch is under way, the next is read and made; it waits until the
 * one before it is committed. All I/O goes through the ports that are passed in.
 */
import { CollectorError } from "../errors.ts";
import { Batch, type Line, RECORD_MAX_BYTES } from "./batch.ts";
import { deliver, type Settled } from "./deliver.ts";
import type { DeadLetter, Limits, Ports, Progress, SettledEvent } from "./ports.ts";
import { ReadAhead } from "./prefetch.ts";
import { readOn } from "./next_page.ts";
import { type Bookmark, type Listed, Reading, type Taken } from "./listing_state.ts";

/** With the next batch, and a record of the largest size, this is still below what XSIAM takes at once. */
const HELD_BACK_MAX_BYTES = 3 * 1024 * 1024;

/** Runs until the end of the listing, a limit, or a failure, which is thrown; `progress` tells how far it came. */
export async function run<R extends Listed>(
  ports: Ports<R>,
  limits: Limits,
  progress: Progress,
): Promise<void> {
  const source = new ReadAhead(ports.source, {
    maxInFlight: limits.maxPagesInFlight,
    maxRecords: limits.maxFetch,
    backlog: limits.backlog ?? false,
    mayRead: ports.mayGoOn,
    throttled: ports.throttled,
    breathe: ports.breathe,
  });
  try {
    await runOn(source, ports, limits, progress);
  } finally {
    await source.drop();
  }
}

async function runOn<R extends Listed>(
  source: ReadAhead<R>,
  ports: Ports<R>,
  limits: Limits,
  progress: Progress,
): Promise<void> {
  const reading = new Reading(progress.cursor);
  const batch = new Batch<TakenLine>();
  const untilMs = limits.untilMs ?? Infinity;
  let givenUp: TakenLine[] = [];
  let heldBack: Pick<Parcel, "lines" | "givenUp"> & { because?: unknown } = NOTHING;
  let underWay: Promise<void> = Promise.resolve();
  let taken = 0;

  try {
    await readAll();
    await underWay;
    const learned = JSON.stringify(ports.dialect()) !== JSON.stringify(progress.cursor.dialect);
    const moved = reading.changed || learned || !progress.stored;
    if (batch.size > 0 || (moved && heldBack.lines.length === 0)) await send();
  } finally {
    await underWay;
  }
  if (heldBack.lines.length > 0) throw heldBack.because;

  /** Takes what is new, to the end of the listing or to a limit. */
  async function readAll(): Promise<void> {
    for (let last = false; !last;) {
      const page = await readOn(source, reading, limits.pageSize, progress).catch(sendAndThrow);
      for (const [index, record] of page.records.entries()) {
        if (record.timeMs !== null && record.timeMs >= untilMs) return;
        const result = reading.take(record, page.readAtMs);
        if (!result.fresh) continue;
        if (ports.wants !== undefined && !await ports.wants(record, result.occurrence)) continue;
        taken++;
        const line = { ...ports.toLine(record, result.occurrence), ...result };
        if (line.bytes <= RECORD_MAX_BYTES) batch.add(line);
        else await giveUpTooLarge(line);
        if (batch.full || taken >= limits.maxFetch) await send();
        if (taken < limits.maxFetch) continue;
        await underWay;
        if (heldBack.lines.length > 0) continue;
        progress.more = !page.last || index < page.records.length - 1;
        return;
      }
      reading.seal(page.readAtMs, limits.lateArrivalWindowMs);
      last = page.last;
      if (!last && !source.hasPages && !ports.mayGoOn()) {
        progress.more = true;
        return;
      }
    }
  }

  /** What was read before a page failed is delivered all the same, or a run might never get any further. */
  async function sendAndThrow(error: unknown): Promise<never> {
    if (batch.size > 0) await send();
    throw error;
  }

  async function giveUpTooLarge(line: TakenLine): Promise<void> {
    await giveUp({ ...line, status: null, reason: tooLarge(line) });
    givenUp.push(line);
    progress.deadLettered++;
  }

  /** Sends what is in hand on its way, once the batch before it is committed. */
  async function send(): Promise<void> {
    const parcel = { lines: batch.drain(), givenUp, bookmark: reading.bookmark() };
    givenUp = [];
    await underWay;
    underWay = deliverParcel(parcel);
    underWay.catch(() => {}); // told to whoever waits for it next
  }

  /** Delivers a batch, and commits the cursor past everything that was taken when it was made. */
  async function deliverParcel(parcel: Parcel): Promise<void> {
    const lines = [...heldBack.lines, ...parcel.lines];
    const givenUp = [...heldBack.givenUp, ...parcel.givenUp];
    try {
      if (lines.length > 0) await deliverLines(lines);
    } catch (error) {
      if (!mayHoldBack(error, lines)) throw error;
      heldBack = { lines, givenUp, because: error };
      return;
    }
    heldBack = NOTHING;
    await commit(parcel.bookmark, [...lines, ...givenUp]);
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

/** A batch on its way, and where the reading stood when it was made. */
interface Parcel {
  readonly lines: readonly TakenLine[];
  readonly givenUp: readonly TakenLine[];
  readonly bookmark: Bookmark;
}

const NOTHING = { lines: [], givenUp: [] };

type TakenLine = Line & Extract<Taken, { fresh: true }>;

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function tooLarge(line: Line): string {
  return `The record has ${line.bytes} bytes; XSIAM takes ${RECORD_MAX_BYTES} at most.`;
}
