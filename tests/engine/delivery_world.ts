/**
 * The world around the delivering half of the engine, in memory: a row of events, a destination that
 * refuses some of them or everything for a while, the box of undelivered events, and a cursor that
 * survives death. Any call can fail or be the last. A run is one `Delivery` that is given what is new, or
 * the whole engine with a source that lists the events, one a second.
 */
import { type Line, lineOf } from "../../src/engine/batch.ts";
import { type Cursor, firstCursor } from "../../src/engine/cursor.ts";
import { Delivery, TakenLine } from "../../src/engine/delivery.ts";
import { ListingState } from "../../src/engine/listing_state.ts";
import type {
  Destination,
  DestinationLimits,
  Limits,
  Listed,
  Ports,
  PushAnswer,
  RefusedAgain,
  SettledEvent,
  Source,
  Undelivered,
  UndeliveredBox,
} from "../../src/engine/ports.ts";
import { type Progress, startProgress } from "../../src/engine/progress.ts";
import { run } from "../../src/engine/run.ts";
import { DAY_MS, HOUR_MS } from "../../src/engine/time.ts";
import { type Fault, MortalCalls } from "./mortal_calls.ts";
import { answerEach, answerUpToFirst, takenIn } from "./said.ts";

export type DeliveryPorts = Omit<Ports<Listed>, "source" | "toLine">;

export const START_MS = Date.parse("2026-03-10T12:00:00Z");
/** Time of the first event that the source lists. */
export const FIRST_EVENT_MS = START_MS - DAY_MS;
const MEBIBYTE = 1024 * 1024;

/** As XSIAM's are. */
export const LIMITS: DestinationLimits = {
  targetBytes: MEBIBYTE,
  maxBytes: 10 * MEBIBYTE,
  maxEvents: Infinity,
  maxEventBytes: 5_000_000,
};

const ENGINE_LIMITS: Limits = {
  maxFetch: 5000,
  lateArrivalWindowMs: 0,
  pageSize: 500,
  smallestPage: 100,
  maxPagesInFlight: 1,
};

export interface WorldOptions {
  readonly limits?: Partial<DestinationLimits>;
  readonly refuses?: (event: number, nowMs: number, push: number) => boolean;
  /** Events that the destination asks to be sent again, by the number of the push. */
  readonly again?: (event: number, push: number) => boolean;
  /** Does it answer for each event, or for a batch as a whole? */
  readonly answersEach?: boolean;
  /** Does it look at nothing behind the first event that it does not take? Then it answers for each. */
  readonly stopsAtFirst?: boolean;
  /** May the run wait as often as it likes before it sends events again? */
  readonly waits?: boolean;
  readonly faultAt?: (call: number, name: string) => Fault | undefined;
  readonly tickMs?: number;
  /** Requests of a run; reading leaves the last twelve to pushing. */
  readonly requestsPerRun?: number;
  readonly bytesOf?: (event: number) => number;
}

interface Letter extends Undelivered {
  readonly revision: number;
  readonly sinceMs: number;
  readonly nextTryMs: number;
  /** How often it was tried since it is a dead letter. */
  readonly tries: number;
}

/** Refused events as the collector keeps them: tried hourly, or, once dead, after an hour and a day. */
class Box implements UndeliveredBox {
  readonly letters = new Map<string, Letter>();

  constructor(private readonly world: DeliveryWorld) {}

  /** Letters whose commit came. */
  get kept(): Letter[] {
    return [...this.letters.values()].filter((one) => one.revision <= this.world.cursor.revision);
  }

  keep(letters: readonly Undelivered[], revision: number): Promise<void> {
    return this.world.io("keep", () => {
      const { nowMs } = this.world;
      for (const letter of letters) {
        const nextTryMs = nowMs + HOUR_MS;
        const kept = { ...letter, revision, sinceMs: nowMs, nextTryMs, tries: 0 };
        this.letters.set(letter.eventId, kept);
      }
    });
  }

  due({ maxEvents, maxBytes, envelopeBytes, accepting }: Parameters<UndeliveredBox["due"]>[0]) {
    return this.world.io("due", () => {
      const due: Undelivered[] = [];
      let bytes = 0;
      for (
        const { revision: _, sinceMs: _since, nextTryMs, tries: _tries, ...letter } of this.kept
      ) {
        if (letter.status === null) continue;
        if (nextTryMs > this.world.nowMs && !(accepting && !letter.dead)) continue;
        bytes += this.world.bytesOf(Number(letter.eventId)) + envelopeBytes;
        if (due.length > 0 && (bytes > maxBytes || due.length === maxEvents)) break;
        due.push(letter);
      }
      return due;
    });
  }

  noteTaken(): void {
    for (const letter of this.kept) {
      const isDoubted = letter.isDoubted || letter.refusedAlone;
      this.letters.set(letter.eventId, { ...letter, isDoubted });
    }
  }

  remove(eventIds: readonly string[]): Promise<void> {
    return this.world.io("remove", () => {
      for (const eventId of eventIds) this.letters.delete(eventId);
      this.world.settle();
    });
  }

  refusedAgain(letters: readonly RefusedAgain[]): Promise<void> {
    return this.world.io("refused again", () => {
      for (const { counts, ...letter } of letters) {
        const before = this.letters.get(letter.eventId)!;
        const tries = before.dead && counts ? before.tries + 1 : before.tries;
        const wait = [HOUR_MS, DAY_MS, Infinity][counts ? tries : 0];
        const nextTryMs = this.world.nowMs + wait;
        this.letters.set(letter.eventId, { ...before, ...letter, tries, nextTryMs });
      }
    });
  }

  get setAside() {
    const aside = this.kept.filter(({ dead }) => !dead);
    return {
      events: aside.length,
      bytes: aside.reduce((sum, { eventId }) => sum + this.world.bytesOf(Number(eventId)), 0),
      sinceMs: aside.length === 0 ? null : Math.min(...aside.map(({ sinceMs }) => sinceMs)),
    };
  }
}

export interface RunResult {
  readonly progress: Progress;
  readonly failure: unknown;
  readonly pushes: number;
}

export class DeliveryWorld {
  nowMs = START_MS;
  cursor: Cursor = firstCursor(FIRST_EVENT_MS);
  readonly box = new Box(this);
  /** Events that the destination took, in order, with repeats. */
  readonly received: number[] = [];
  /** Those that it took when they were pushed for the first time. */
  readonly receivedFirst: number[] = [];
  /** How often each may have come without a commit. */
  readonly unsettled = new Map<number, number>();
  /** What happened, in order. */
  readonly steps: string[] = [];
  pushes = 0;
  /** Fingerprints of what was settled, by time: no two events share one. */
  readonly #ledger = new Map<number, string>();
  readonly #pushedBefore = new Set<number>();
  #inFlight = 0;
  #taken: number[] = [];
  readonly #calls = new MortalCalls({
    meet: (call, name) => this.#meet(call, name),
    unsettle: () => this.#unsettle(),
  });

  /** `events`: how many there are to begin with, numbered from 0. */
  constructor(public events: number, public options: WorldOptions = {}) {}

  bytesOf(event: number): number {
    return this.options.bytesOf?.(event) ?? 10;
  }

  get kept(): number[] {
    return this.box.kept.map(({ eventId }) => Number(eventId));
  }

  get dead(): number[] {
    return this.box.kept.filter(({ dead }) => dead).map(({ eventId }) => Number(eventId));
  }

  get aside(): number[] {
    return this.box.kept.filter(({ dead }) => !dead).map(({ eventId }) => Number(eventId));
  }

  get unread(): number[] {
    const state = new ListingState(this.cursor);
    return Array.from({ length: this.events }, (_, event) => event)
      .filter((event) => state.printsAt(event) === "");
  }

  /** One run: what is due is tried again, and what is new is delivered, so many events at most. */
  async run(maxFetch = Infinity): Promise<RunResult> {
    const progress = startProgress(this.cursor, this.cursor.revision > 0);
    for (const { eventId, revision } of [...this.box.letters.values()]) {
      if (revision > this.cursor.revision) this.box.letters.delete(eventId);
    }
    const before = this.pushes;
    let failure: unknown;
    const ports = this.ports();
    const state = new ListingState(this.cursor);
    const delivery = new Delivery(ports, progress, () => positionOf(state));
    try {
      await delivery.retryUndelivered();
      await this.#deliver(delivery, state, ports, maxFetch);
      if (delivery.accepting) await delivery.retryUndelivered("pushing");
    } catch (error) {
      failure = error;
    }
    await delivery.settled();
    this.#endRun();
    return { progress, failure, pushes: this.pushes - before };
  }

  /** A run of the whole engine. `reconciles`: everything is read again and compared with what was settled. */
  async runEngine(limits: Partial<Limits> = {}, reconciles = false): Promise<RunResult> {
    const before = this.pushes;
    const { revision } = this.cursor;
    const cursor = reconciles ? { ...firstCursor(FIRST_EVENT_MS), revision } : this.cursor;
    const progress = startProgress(cursor, revision > 0);
    const ports: Ports<Listed> = {
      ...this.ports(),
      source: this.#source(),
      toLine: ({ timeMs }) => {
        const event = (timeMs! - FIRST_EVENT_MS) / 1000;
        return lineFor(event, this.bytesOf(event));
      },
      ...(reconciles && {
        dealtAt: (timeMs: number) => Promise.resolve(this.#ledger.get(timeMs) ?? ""),
      }),
    };
    let failure: unknown;
    try {
      await run(ports, { ...ENGINE_LIMITS, ...limits }, progress);
    } catch (error) {
      failure = error;
    }
    this.#endRun();
    return { progress, failure, pushes: this.pushes - before };
  }

  #source(): Source {
    return {
      scope: "all",
      memory: null,
      throttled: 0,
      isPageFailure: () => false,
      read: ({ offset, first }) =>
        this.io("read", () => {
          const end = Math.min(this.events, offset + first);
          const records = Array.from({ length: Math.max(0, end - offset) }, (_, index): Listed => ({
            timeMs: FIRST_EVENT_MS + (offset + index) * 1000,
            fingerprint: String(offset + index).padStart(32, "0"),
          }));
          return { records, readAtMs: this.nowMs, total: this.events };
        }),
    };
  }

  async #deliver(
    delivery: Delivery,
    state: ListingState,
    ports: DeliveryPorts,
    maxFetch: number,
  ): Promise<void> {
    for (const event of this.unread.slice(0, maxFetch)) {
      const seen = { timeMs: event, fingerprint: String(event).padStart(32, "0") };
      const line = lineFor(event, this.bytesOf(event));
      if (!delivery.hasRoomFor(line)) await delivery.send();
      delivery.add(new TakenLine(line, seen, state.deal(seen).late));
      if (delivery.isFull) await delivery.send();
      if (!ports.hasBudget()) break; // at least one page is always read
    }
    await delivery.finish(() => false);
  }

  ports(): DeliveryPorts {
    const before = this.pushes;
    const requests = this.options.requestsPerRun ?? Infinity;
    return {
      destination: this.destination,
      cursors: {
        markInFlight: (events) => this.io(`mark ${events}`, () => void (this.#inFlight = events)),
        commit: (cursor, settled) =>
          this.io(`commit ${cursor.dealt.length}`, () => this.#commit(cursor, settled)),
      },
      undelivered: this.box,
      hasBudget: (purpose) => requests - (this.pushes - before) > (purpose === "pushing" ? 0 : 12),
      waitToSendAgain: (times) => this.io("wait", () => times <= 3 && this.options.waits !== false),
      clock: () => this.nowMs,
      random: () => 0.4,
      yieldToEventLoop: () => Promise.resolve(),
    };
  }

  get destination(): Destination {
    return {
      id: "model",
      label: "The model",
      limits: { ...LIMITS, ...this.options.limits },
      push: (lines) => this.io("push", () => this.#receive(lines)),
    };
  }

  /** A call: fails or dies if that is its fate. */
  io<T>(name: string, effect: () => T): Promise<T> {
    return this.#calls.make(name, effect);
  }

  #meet(call: number, name: string) {
    if (call > 1_000_000) throw new Error("the engine spins");
    const fault = this.options.faultAt?.(call, name);
    this.nowMs += this.options.tickMs ?? 0;
    if (name !== "push") this.steps.push(name);
    return { fault, turns: 1 };
  }

  /** What was taken so far is accounted for. */
  settle(): void {
    this.#taken = [];
  }

  #receive(lines: readonly Line[]): PushAnswer {
    const push = ++this.pushes;
    const { refuses, again, answersEach, stopsAtFirst } = this.options;
    const events = lines.map(({ eventId }) => Number(eventId));
    this.steps.push(`push ${events.join(" ")}`);
    const isNew = events.map((event) => !this.#pushedBefore.has(event));
    for (const event of events) this.#pushedBefore.add(event);
    const said = events.map((event) =>
      refuses?.(event, this.nowMs, push) ? "refuses" : again?.(event, push) ? "again" : "takes"
    );
    if (said.includes("refuses") && !answersEach && !stopsAtFirst) {
      return { refusedWhole: { status: 400, reason: "malformed" } };
    }
    const answer = stopsAtFirst ? answerUpToFirst(said) : answerEach(said);
    for (const index of takenIn(said, answer)) {
      this.received.push(events[index]);
      this.#taken.push(events[index]);
      if (isNew[index]) this.receivedFirst.push(events[index]);
    }
    return answer;
  }

  #commit(cursor: Cursor, settled: readonly SettledEvent[]): void {
    if (cursor.revision !== this.cursor.revision + 1) throw new Error("revisions grow by one");
    this.cursor = cursor;
    for (const { seen } of settled) this.#ledger.set(seen.timeMs, seen.fingerprint);
    this.settle();
  }

  /** What was taken and is not accounted for may come again. */
  #unsettle(): void {
    for (const event of this.#taken) {
      this.unsettled.set(event, (this.unsettled.get(event) ?? 0) + 1);
    }
    if (this.#taken.length > this.#inFlight) throw new Error("more than one batch is in flight");
    this.#taken = [];
  }

  #endRun(): void {
    this.#unsettle();
    this.#calls.revive();
  }
}

/** The line of an event, which is said to be so long. */
export function lineFor(event: number, bytes: number): Line {
  return {
    ...lineOf({ eventId: String(event), occurrence: 1, timeMs: 0, json: String(event) }),
    bytes,
  };
}

/** The cursor behind what was dealt with. */
export function positionOf(state: ListingState): Omit<Cursor, "revision"> {
  return { ...state.position(), pageSize: null, source: null };
}
