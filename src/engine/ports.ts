/** What the engine needs from outside, what limits it, and what it tells of its progress. */
import type { Line } from "./batch.ts";
import type { Cursor, Seen } from "./cursor.ts";
import type { Destination } from "./deliver.ts";
import type { Source } from "./locate.ts";
import type { Listed } from "./listing_state.ts";

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
  /** How often the source has asked for fewer requests so far. */
  throttled(): number;
  random(): number;
  /** Lets the host do what waits to be done, such as to send requests that were made. */
  breathe(): Promise<void>;
}

export interface Limits {
  /** Events to deliver in one run. */
  readonly maxFetch: number;
  readonly lateArrivalWindowMs: number;
  /** Records to ask for at once. At least 2. */
  readonly pageSize: number;
  /** Pages of a backlog that may be read at once. */
  readonly maxPagesInFlight: number;
  /** True when there is known to be more to read than one page: the run before ended with more. */
  readonly backlog?: boolean;
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
  /** Events in attempts that got no answer, and that were sent again in this run: they may have come twice. */
  unanswered: number;
  /** When the last page was asked for, by the host's clock or the source's, epoch milliseconds. */
  readAtMs: number | null;
  /** Records that the source was found not to show. */
  gaps: Gap[];
  /** True when there is more to read at once. */
  more: boolean;
}

/** Records that the source has and does not show: they are looked for again at reconciliation. */
export interface Gap {
  /** The listing's day, and the place in it. */
  readonly day: string;
  readonly offset: number;
  /** How many records; null when it can't be known. */
  readonly records: number | null;
  /** Times of the records around it, epoch milliseconds; null where the listing ends. */
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
  readonly foundAtMs: number;
  readonly why: "unreadable" | "never shown" | "beyond the last offset";
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
    unanswered: 0,
    readAtMs: null,
    gaps: [],
    more: false,
  };
}
