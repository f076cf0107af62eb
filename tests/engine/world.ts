/**
 * A small model of the world around the engine: a source that keeps none of the promises that nobody has
 * made, a destination that remembers what it received, and storage that survives death. Any I/O call can
 * fail or be the last.
 */
import { CollectorError } from "../../src/errors.ts";
import { type Line, lineOf } from "../../src/engine/batch.ts";
import { type Cursor, decodeCursor, encodeCursor, firstCursor } from "../../src/engine/cursor.ts";
import type {
  Limits,
  Listed,
  Page,
  Ports,
  PushAnswer,
  Range,
  SettledEvent,
  Undelivered,
} from "../../src/engine/ports.ts";
import { type Gap, mergeGaps, startProgress } from "../../src/engine/progress.ts";
import { run } from "../../src/engine/run.ts";
import { dayStartMs } from "../../src/engine/time.ts";
import { type Fault, MortalCalls } from "./mortal_calls.ts";
import { answerEach, answerUpToFirst, takenIn } from "./said.ts";
import { ORDERS, outOfOrder, type TieOrder } from "./tie_orders.ts";

export interface WorldRecord {
  readonly uid: number;
  readonly timeMs: number;
  /** When the source begins to show it. */
  readonly visibleAtMs: number;
  /** When the source deletes it. */
  readonly goneAtMs?: number;
  /** Records of one time and content are twins. */
  readonly content: number;
  /** Its date can't be read. */
  readonly undated?: boolean;
  /** Only listed as long as the wider filter is set. */
  readonly filtered?: boolean;
}

/** A page that the source can't answer. */
export class PageFailure extends CollectorError {
  constructor() {
    super("upstream_failed", { detail: "this page can't be had" });
  }
}

/** The run has made its requests. */
export class Spent extends CollectorError {
  constructor() {
    super("request_budget_spent", { detail: "the run has made its requests" });
  }
}

/** How the source treats those who ask. */
export interface Habits {
  order: TieOrder | "none";
  /** The most records of a page. */
  cap: number;
  /** Larger pages fail. */
  largestPage: number;
  /** A page that holds one of these fails, or shows null in its place. */
  unreadable: ReadonlySet<number>;
  unreadableAs: "failure" | "null";
  /** From when on records are rendered otherwise, epoch milliseconds. */
  renderedAnewAtMs: number;
  /** Does the source tell how many records the listing has, or only how many the page has? */
  tellsTotal: boolean;
  /** So much more does it tell than it ever shows. */
  totalSurplus: number;
  /** Does it tell when it has answered? */
  tellsTime: boolean;
  /** How far a read is behind, by its number; so much of the end is missing. Milliseconds. */
  behindMs: (read: number) => number;
  /** Offsets from here on are answered with nothing, or with a failure. */
  lastOffset: number;
  lastOffsetAs: "empty" | "failure";
  /** How far the source's day begins after midnight UTC, milliseconds. */
  dayShiftMs: number;
}

export const GOOD_HABITS: Habits = {
  order: "stable",
  cap: Infinity,
  largestPage: Infinity,
  unreadable: new Set(),
  unreadableAs: "failure",
  renderedAnewAtMs: Infinity,
  tellsTotal: true,
  totalSurplus: 0,
  tellsTime: false,
  behindMs: () => 0,
  lastOffset: Infinity,
  lastOffsetAs: "empty",
  dayShiftMs: 0,
};

const OWNER = { account: "12345678", feed: "audit", destination: "model" };
const MEBIBYTE = 1024 * 1024;

interface Letter extends Undelivered {
  readonly revision: number;
  readonly sinceMs: number;
  readonly nextTryMs: number;
}

interface WorldListed extends Listed {
  readonly uid: number;
}

export interface WorldOptions {
  readonly startMs: number;
  readonly habits?: Partial<Habits>;
  /** Records that the destination refuses now. */
  readonly refuses?: (uid: number, nowMs: number) => boolean;
  /** Does it answer for each event, or for a batch as a whole? */
  readonly answersEach?: boolean;
  /** Does it look at nothing behind the first event that it does not take? Then it answers for each. */
  readonly stopsAtFirst?: boolean;
  /** Records that it is too busy to take in its n-th push, if it answers for each. */
  readonly busy?: (uid: number, push: number) => boolean;
  readonly faultAt?: (call: number, name: string) => Fault | undefined;
  readonly tickMs?: (call: number) => number;
  /** Reads of a run; the engine may go on as long as some are left. */
  readonly readsPerRun?: number;
  /** One read more than this fails the run. */
  readonly mostReads?: number;
  readonly lineBytes?: number;
}

export class World {
  readonly habits: Habits;
  nowMs: number;
  /** When the last run began that was no reconciliation, and when it ended. */
  startedMs = -Infinity;
  collectedMs = -Infinity;
  /** Is the wider filter set? */
  wide = true;
  /** Numbers of the records that the destination accepted, in order, with repeats. */
  readonly received: number[] = [];
  readonly receivedIds: string[] = [];
  readonly letters = new Map<string, Letter>();
  /** How often each event may have come without a commit. */
  readonly unsettled = new Map<string, number>();
  gaps: Gap[] = [];
  /** What each instant's settled events were, for reconciliation. */
  readonly ledger = new Map<number, Map<string, string>>();
  readonly callNames: string[] = [];
  /** Reads of all runs. */
  reads = 0;
  #stored: string;
  readonly #first: string;
  /** The cursor of a reconciliation that is not complete. */
  #reconciling: string | null = null;
  #pushed: string[] = [];
  #pushes = 0;
  #more = false;
  readonly #calls = new MortalCalls({
    meet: (call, name) => this.#meet(call, name),
    unsettle: () => this.#unsettle(),
  });
  /** How many reads were made when the run may begin nothing new, and when it may make none at all. */
  #readsEnd = { soft: Infinity, hard: Infinity };

  constructor(public records: readonly WorldRecord[], readonly options: WorldOptions) {
    this.habits = { ...GOOD_HABITS, ...options.habits };
    this.nowMs = options.startMs;
    this.#stored = this.#first = encodeCursor(firstCursor(options.startMs), OWNER);
  }

  get cursor(): Cursor {
    return decodeCursor(this.#stored, OWNER);
  }

  /** Letters whose commit came. */
  get kept(): Letter[] {
    const { revision } = this.cursor;
    return [...this.letters.values()].filter((letter) => letter.revision <= revision);
  }

  /** One run by a host whose clock is off. A failure or death ends it quietly. */
  async run(limits: Limits, clockOffsetMs = 0, { reconcile = false } = {}) {
    const { revision } = this.cursor;
    const cursor = reconcile
      ? { ...decodeCursor(this.#reconciling ?? this.#first, OWNER), revision }
      : this.cursor;
    const progress = startProgress(cursor, reconcile ? this.#reconciling !== null : revision > 0);
    for (const letter of [...this.letters.values()]) {
      if (letter.revision > this.cursor.revision) this.letters.delete(letter.eventId);
    }
    const readsBefore = this.reads;
    if (!reconcile) this.startedMs = this.nowMs;
    const { mostReads: hard = Infinity, readsPerRun: soft = hard } = this.options;
    this.#readsEnd = reconcile
      ? { soft: Infinity, hard: Infinity }
      : { soft: readsBefore + soft, hard: readsBefore + hard };
    let failure: unknown;
    const ports = this.#ports(clockOffsetMs, reconcile);
    try {
      await run(ports, { ...limits, backlog: this.#more }, progress);
    } catch (error) {
      failure = error;
    }
    if (failure instanceof Spent && progress.commits > 0) {
      [failure, progress.more] = [undefined, true]; // as the collector takes it: the next run goes on
    }
    if (!reconcile) [this.#more, this.collectedMs] = [progress.more, this.nowMs];
    else if (failure === undefined && !progress.more && !progress.behind) this.#reconciling = null;
    this.gaps = mergeGaps(this.gaps, progress.gaps);
    this.#unsettle();
    this.#calls.revive();
    return { progress, failure, reads: this.reads - readsBefore };
  }

  #ports(clockOffsetMs: number, reconcile: boolean): Ports<WorldListed> {
    const clock = () => this.nowMs + clockOffsetMs;
    // deno-lint-ignore no-this-alias
    const world = this;
    return {
      source: {
        get scope() {
          return world.wide ? "wide" : "narrow";
        },
        memory: null,
        throttled: 0,
        isPageFailure: (error) => error instanceof PageFailure,
        read: (range) => {
          const readAtMs = this.habits.tellsTime ? Math.min(clock(), this.nowMs) : clock();
          return this.#io("read", () => this.#read(range, readAtMs));
        },
      },
      destination: {
        id: "model",
        label: "The model",
        limits: {
          targetBytes: MEBIBYTE,
          maxBytes: 10 * MEBIBYTE,
          maxEvents: 1000,
          maxEventBytes: 5 * MEBIBYTE,
        },
        push: (lines) => this.#io("push", () => this.#receive(lines)),
      },
      cursors: {
        markInFlight: () => this.#io("mark", () => {}),
        commit: (cursor, settled) =>
          this.#io("commit", () => this.#commit(cursor, settled, reconcile)),
      },
      undelivered: this.#box(),
      toLine: (record, occurrence): Line => ({
        ...lineOf({
          eventId: `${record.fingerprint}-${occurrence}`,
          occurrence,
          timeMs: record.timeMs ?? 0,
          json: String(record.uid),
        }),
        bytes: this.options.lineBytes ?? 400_000,
      }),
      ...(reconcile && {
        dealtAt: (timeMs) =>
          Promise.resolve(
            [...this.ledger.get(timeMs)?.values() ?? []].join(""),
          ),
      }),
      hasBudget: () => this.reads < this.#readsEnd.soft,
      clock,
      random: () => 0.3,
      waitToSendAgain: () => this.#io("wait", () => true),
      yieldToEventLoop: () => Promise.resolve(),
    };
  }

  #box(): Ports<WorldListed>["undelivered"] {
    const letters = this.letters;
    // deno-lint-ignore no-this-alias
    const world = this;
    return {
      keep: (kept, revision) =>
        this.#io("keep", () => {
          for (const letter of kept) {
            letters.set(letter.eventId, {
              ...letter,
              revision,
              sinceMs: this.nowMs,
              nextTryMs: this.nowMs + 60_000,
            });
          }
        }),
      due: ({ accepting }) =>
        this.#io(
          "due",
          () =>
            this.kept.filter((letter) =>
              letter.status !== null &&
              (letter.nextTryMs <= this.nowMs || (accepting && !letter.dead))
            ),
        ),
      noteTaken: () => {
        for (const letter of this.kept) {
          const isDoubted = letter.isDoubted || letter.refusedAlone;
          letters.set(letter.eventId, { ...letter, isDoubted });
        }
      },
      remove: (ids) => this.#io("remove", () => ids.forEach((id) => letters.delete(id))),
      refusedAgain: (again) =>
        this.#io("again", () => {
          for (const letter of again) {
            const before = letters.get(letter.eventId)!;
            const nextTryMs = letter.dead ? Infinity : this.nowMs + 60_000;
            letters.set(letter.eventId, { ...before, ...letter, nextTryMs });
          }
        }),
      get setAside() {
        const aside = world.kept.filter(({ dead }) => !dead);
        const sinceMs = aside.length === 0 ? null : Math.min(...aside.map((a) => a.sinceMs));
        return { events: aside.length, bytes: aside.length * 400_000, sinceMs };
      },
    };
  }

  #io<T>(name: string, effect: () => T): Promise<T> {
    return this.#calls.make(name, effect);
  }

  #meet(call: number, name: string) {
    this.callNames.push(name);
    this.nowMs += this.options.tickMs?.(call) ?? 0;
    const fault = this.options.faultAt?.(call, name);
    // calls that are made at once take effect in another order
    return { fault, turns: (call * 7) % 5 };
  }

  #read({ day, offset, first }: Range, readAtMs: number): Page<WorldListed> {
    const { habits } = this;
    if (this.reads >= this.#readsEnd.hard) throw new Spent();
    const read = this.reads++;
    if (read > 20_000) throw new Error("the engine spins");
    if (first > habits.largestPage) throw new PageFailure();
    const asOfMs = this.nowMs - habits.behindMs(read);
    const fromMs = dayStartMs(day) + habits.dayShiftMs;
    const rows = this.records.filter((record) =>
      record.timeMs >= fromMs && record.visibleAtMs <= asOfMs &&
      this.nowMs < (record.goneAtMs ?? Infinity) && (this.wide || !record.filtered)
    );
    const order = habits.order === "none" ? outOfOrder : ORDERS[habits.order];
    const listing = order(rows, { offset, first, read });
    const end = Math.min(offset + Math.min(first, habits.cap), habits.lastOffset);
    if (habits.lastOffsetAs === "failure" && offset + first > habits.lastOffset) {
      throw new PageFailure();
    }
    const shown = listing.slice(offset, end);
    if (
      habits.unreadableAs === "failure" && shown.some(({ uid }) => habits.unreadable.has(uid))
    ) throw new PageFailure();
    const records = shown.map((record) => this.#show(record));
    return {
      records,
      readAtMs,
      total: habits.tellsTotal ? listing.length + habits.totalSurplus : records.length,
    };
  }

  #show({ uid, timeMs, content, undated }: WorldRecord): WorldListed {
    const { habits } = this;
    if (habits.unreadable.has(uid)) return { uid, timeMs: null, fingerprint: "", unreadable: true };
    const anew = this.nowMs >= habits.renderedAnewAtMs ? "a" : "0";
    const minute = String(Math.floor(timeMs / 1000)).padStart(16, "0");
    const fingerprint = `${minute}${anew}${String(content).padStart(15, "0")}`;
    return { uid, timeMs: undated ? null : timeMs, fingerprint };
  }

  /** What was accepted and is not covered by a commit may come again. */
  #unsettle(): void {
    for (const id of this.#pushed) this.unsettled.set(id, (this.unsettled.get(id) ?? 0) + 1);
    this.#pushed = [];
  }

  #receive(lines: readonly Line[]): PushAnswer {
    const { refuses, busy, answersEach, stopsAtFirst } = this.options;
    const push = ++this.#pushes;
    const said = lines.map(({ json }) => {
      if (refuses?.(Number(json), this.nowMs)) return "refuses";
      return busy?.(Number(json), push) && (answersEach || stopsAtFirst) ? "again" : "takes";
    });
    if (said.includes("refuses") && !answersEach && !stopsAtFirst) {
      return { refusedWhole: { status: 400, reason: "bad event" } };
    }
    const answer = stopsAtFirst ? answerUpToFirst(said) : answerEach(said);
    for (const index of takenIn(said, answer)) {
      const { json, eventId } = lines[index];
      this.received.push(Number(json));
      this.receivedIds.push(eventId);
      this.#pushed.push(eventId);
    }
    return answer;
  }

  #commit(cursor: Cursor, settled: readonly SettledEvent[], reconcile: boolean): void {
    const before = this.cursor;
    if (cursor.revision !== before.revision + 1) throw new Error("the revision must grow by one");
    if (!reconcile && cursor.watermarkMs < before.watermarkMs) {
      throw new Error("the cursor went back");
    }
    for (const { eventId, seen } of settled) {
      const ids = this.ledger.get(seen.timeMs) ?? new Map();
      this.ledger.set(seen.timeMs, ids.set(eventId, seen.fingerprint));
    }
    if (reconcile) this.#reconciling = encodeCursor(cursor, OWNER);
    this.#stored = reconcile
      ? encodeCursor({ ...before, revision: cursor.revision }, OWNER)
      : encodeCursor(cursor, OWNER);
    this.#pushed = [];
  }
}
