/** What the engine needs from outside, and what limits it. */
import type { CollectorError } from "../errors.ts";
import type { Cursor } from "./cursor.ts";

/** What the engine needs to know of a source record. */
export interface Listed {
  /** Epoch milliseconds of the change; null when its date can't be read. */
  readonly timeMs: number | null;
  /** Hash of the identifying content, `FINGERPRINT_DIGITS` long: identical records, and only they, share it. */
  readonly fingerprint: string;
  /** The source has a record here and can't show it. */
  readonly unreadable?: true;
}

/** Which records to read: at most `first` of the listing that starts at a day, from an offset on. */
export interface Range {
  readonly day: string;
  readonly offset: number;
  readonly first: number;
  /** A guess: a failure is an answer too, and not worth a retry. */
  readonly probing?: boolean;
  /** A page with more bytes counts as a failure too. By default, as much as the source allows. */
  readonly maxBytes?: number;
}

/** A part of the source's listing, oldest first, as one answer showed it. */
export interface Page<R extends Listed = Listed> {
  readonly records: readonly R[];
  /** Epoch milliseconds when the page was asked for: by the host's clock, or the source's if that is earlier. */
  readonly readAtMs: number;
  /** How many records the source says there are: of the listing, or of the page. Only ever a hint. */
  readonly total?: number;
  /** The size of the answer; 0 if left out. */
  readonly bytes?: number;
}

/** What is known of a record that is too large to be read, even alone. */
export interface TooLarge {
  /** How much was read of it. */
  readonly atLeastBytes: number;
  /** SHA-256 of what was read, in hexadecimal. */
  readonly sha256: string;
  /** Epoch milliseconds of the change; null if that was not among what was read. */
  readonly timeMs: number | null;
}

/** Lists records in ascending order of time, from a day on. Records of one time come in any order. */
export interface Source<R extends Listed = Listed> {
  read(range: Range): Promise<Page<R>>;
  /** What the listing depends on: a place in it means nothing once this has changed. */
  readonly scope: string;
  /** What the source has learned and wants to keep with the cursor; opaque to the engine. */
  readonly memory: unknown;
  /** How often the source has asked for fewer requests so far. */
  readonly throttled: number;
  /** True for a failure that a smaller page may avoid: the account can be read, this page can't. */
  isPageFailure(error: unknown): boolean;
  /** Of such a failure: what was read, if the page had more bytes than may be read; else null. */
  tooLarge?(error: unknown): TooLarge | null;
}

/** A record that the source has shown and that was dealt with. */
export interface Seen {
  /** Epoch milliseconds: its own time, or that of the record before it if its own can't be read. */
  readonly timeMs: number;
  readonly fingerprint: string;
}

/** An event as it is sent: one line of JSON, and what else a destination may say about it. */
export interface SentEvent {
  readonly eventId: string;
  /** Its number among records that are identical to it, from 1. */
  readonly occurrence: number;
  /** Epoch milliseconds: when it happened, or was collected if that can't be read. */
  readonly timeMs: number;
  readonly json: string;
  /** What `json` was made from, in case it is made again; opaque to the engine. */
  readonly origin?: unknown;
}

/** An event on its way. */
export interface Line extends SentEvent {
  /** Length of `json` in UTF-8 bytes, exactly. */
  readonly bytes: number;
}

/** An event that was delivered, or put into the box of undelivered ones. */
export interface SettledEvent {
  readonly eventId: string;
  readonly seen: Seen;
}

/** Where the cursor is kept. */
export interface CursorStore {
  /** Records that this many events are about to be sent, so that a run after a crash can count repeats. */
  markInFlight(events: number): Promise<void>;
  /**
   * Makes the cursor durable, once for each acknowledged batch. `settled`: the events that it has now
   * passed.
   */
  commit(cursor: Cursor, settled: readonly SettledEvent[]): Promise<void>;
}

/** An event that the destination has refused. */
export interface Undelivered extends SentEvent {
  readonly reason: string;
  /** What the destination answered; null when the event was too large to be sent at all. */
  readonly status: number | null;
  /** The event itself was refused, not only a batch that it was part of. */
  readonly refusedAlone: boolean;
  /** The destination has taken another event since it refused this one by itself. */
  readonly isDoubted: boolean;
  /** True for a dead letter: it was refused again after the destination had taken another event. Otherwise it is set aside. */
  readonly dead: boolean;
}

export interface RefusedAgain extends Undelivered {
  /** False when the destination may be refusing everything: the try says nothing about a dead letter, and is made again. */
  readonly counts: boolean;
}

/** How many events to try again at once. */
export interface DueOptions {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** What each event takes beside its own bytes. */
  readonly envelopeBytes: number;
  /** The destination has just taken something, so what is set aside is due. */
  readonly accepting: boolean;
}

/** How many letters there is room for, from the first on, and the error that says so if not for all. */
export interface Room {
  readonly letters: number;
  readonly full: CollectorError | null;
}

/**
 * Where refused events wait: dead letters, and what is set aside until the destination accepts something
 * again.
 */
export interface UndeliveredBox {
  /** Keeps events that the next commit, of that revision, moves past; without that commit they do not count. */
  keep(letters: readonly Undelivered[], revision: number): Promise<void>;
  /** How many of these there is room for; for all of them if left out. */
  roomFor?(letters: readonly Undelivered[]): Room;
  /**
   * The events to try again now: at least one if any is due, even if it is larger than `maxBytes`. The
   * oldest come first or, if not `accepting`, those that were tried longest ago.
   */
  due(options: DueOptions): Promise<readonly Undelivered[]>;
  /** The destination has just taken an event: those that it had refused by themselves are in doubt. */
  noteTaken(): void;
  /** These new events were delivered. If one had been refused before, in another range, it waits no more. */
  noteDelivered?(events: readonly SettledEvent[]): Promise<void>;
  /** These were delivered. */
  remove(eventIds: readonly string[]): Promise<void>;
  /** These were refused again, and wait for their next try. Others that were due stay due. */
  refusedAgain(letters: readonly RefusedAgain[]): Promise<void>;
  readonly setAside: SetAside;
}

/** What is set aside until the destination accepts something again, without dead letters. */
export interface SetAside {
  readonly events: number;
  readonly bytes: number;
  /** Epoch milliseconds when the oldest was refused first; null when nothing is set aside. */
  readonly sinceMs: number | null;
}

/** Hard limits of a destination: what it accepts in one push. */
export interface DestinationLimits {
  /** A batch is sent once it holds this many bytes. Not a limit, but the size that suits the destination. */
  readonly targetBytes: number;
  readonly maxBytes: number;
  readonly maxEvents: number;
  readonly maxEventBytes: number;
  /** The most bytes that an event takes in a push besides its own; if left out, 1 for a newline. */
  readonly envelopeBytes?: number;
  /** True if the events of a push should be of one UTC day. What is sent again may be of several. */
  readonly oneDay?: boolean;
}

/** What became of each event of a push. Events that are not named were delivered. */
export interface EachAnswer {
  readonly refused: readonly {
    readonly index: number;
    readonly status: number;
    /** What the destination said, in one short line without event content. */
    readonly reason: string;
  }[];
  /** Events that the destination is too busy to accept: it is given time before they are sent again. */
  readonly again: readonly number[];
  /** Events that it did not look at because it refused one before them: they are sent again at once. */
  readonly unread?: readonly number[];
  /** How many were accepted, but altered: cut or stored separately, for example. */
  readonly altered?: number;
  /** Earlier attempts that got no answer: their events may have been accepted, and so be delivered twice. */
  readonly unanswered?: number;
}

/** A push that was refused as a whole, for something that is in it. */
export interface WholeRefusal {
  readonly refusedWhole: { readonly status: number; readonly reason: string };
  readonly unanswered?: number;
}

export type PushAnswer = EachAnswer | WholeRefusal;

/** Every other failure to push, such as a wrong setting, is thrown as a CollectorError. */
export interface Destination {
  readonly id: string;
  /** What errors call it. */
  readonly label: string;
  readonly limits: DestinationLimits;
  /** `probing`: a part of what was refused, so that a refusal is not worth a retry. */
  push(lines: readonly Line[], options: { probing: boolean }): Promise<PushAnswer>;
}

export interface Ports<R extends Listed> {
  readonly source: Source<R>;
  readonly destination: Destination;
  readonly cursors: CursorStore;
  readonly undelivered: UndeliveredBox;
  /** The line to push for a new record. */
  toLine(record: R, occurrence: number): Line;
  /** The line for an event that was refused before, as the destination wants it now; as it was if left out. */
  toLineAgain?(event: SentEvent): Line;
  /** Fingerprints, one after another, of what was dealt with at an instant that the cursor does not remember. */
  dealtAt?(timeMs: number): Promise<string>;
  /**
   * False when the run must end after the current batch, because its time or its requests are used up.
   * Reading leaves some requests to pushing, so that a refused batch can still be taken apart.
   */
  hasBudget(purpose?: "pushing"): boolean;
  /**
   * Gives a busy destination time before events are sent again, for the n-th time in a row, from 1. False,
   * at once, if the run can't wait so long, or has waited often enough.
   */
  waitToSendAgain(times: number): Promise<boolean>;
  readonly clock: () => number;
  random(): number;
  /** Lets the host do pending work, such as sending requests that were made. */
  yieldToEventLoop(): Promise<void>;
}

export interface Limits {
  /** Events to deliver in one run. */
  readonly maxFetch: number;
  readonly lateArrivalWindowMs: number;
  /** Records to ask for at once. At least 2. */
  readonly pageSize: number;
  /** No source caps its pages below this, so a shorter page is the last one. */
  readonly smallestPage: number;
  /** Pages of a backlog that may be read at once. */
  readonly maxPagesInFlight: number;
  /** True if there is known to be more than one page to read, because the previous run ended with more. */
  readonly backlog?: boolean;
  /** Where to stop, epoch milliseconds: a record that is not older ends the run. */
  readonly untilMs?: number;
}
