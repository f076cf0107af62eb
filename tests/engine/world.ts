/**
 * A small model of everything around the engine: a source whose records appear late, a destination
 * that remembers what it received, and storage that survives death. Any I/O call can fail or be the last.
 */
import { CollectorError } from "../../src/errors.ts";
import { type Line, toLine } from "../../src/engine/batch.ts";
import { type Cursor, decodeCursor, encodeCursor, firstCursor } from "../../src/engine/cursor.ts";
import type { Verdict } from "../../src/engine/deliver.ts";
import type { Listed } from "../../src/engine/listing_state.ts";
import { type DeadLetter, type Limits, type Ports, startProgress } from "../../src/engine/ports.ts";
import { run } from "../../src/engine/run.ts";
import { dayStartMs } from "../../src/engine/time.ts";

export interface WorldRecord extends Listed {
  readonly timeMs: number;
  /** When the source begins to show it. */
  readonly visibleAtMs: number;
  /** Decides the order among records of one time. */
  readonly tieOrder: number;
}

/** What happens to an I/O call: it fails, or the process dies, before or after the call takes effect. */
export type Fault = "fail before" | "fail after" | "die before" | "die after";

export class Death extends Error {}

const OWNER = { account: "12345678", feed: "audit", destination: "api-model" };

export class World {
  readonly #records: WorldRecord[];
  #stored: string;
  /** Event ids that the destination accepted, in order, with repeats. */
  readonly received: string[] = [];
  readonly letters = new Map<string, DeadLetter>();
  /** How often each event id was accepted without the cursor moving past it. */
  readonly unsettled = new Map<string, number>();
  #pushed: string[] = [];
  #dead = false;
  #calls = 0;
  /** Does the source tell how many records the listing has, or only how many the page has? */
  tellsTotal = true;
  readonly callNames: string[] = [];
  /** Did the last run end with more to read? */
  #more = false;
  constructor(
    records: readonly WorldRecord[],
    public nowMs: number,
    startMs: number,
    /** Event ids that the destination refuses. */
    readonly poison: (eventId: string) => boolean = () => false,
    readonly faultAt: (call: number, name: string) => Fault | undefined = () => undefined,
    readonly tickMs: (call: number) => number = () => 0,
  ) {
    this.#records = [...records].sort((a, b) => a.timeMs - b.timeMs || a.tieOrder - b.tieOrder);
    this.#stored = encodeCursor(firstCursor(startMs), OWNER);
  }

  get cursor(): Cursor {
    return decodeCursor(this.#stored, OWNER);
  }

  /** The ids of all events that are to be delivered, or kept as dead letters, by the time everything is visible. */
  expected(fromMs: number): string[] {
    const times = new Map<string, number>();
    return this.#records.filter((record) => record.timeMs >= fromMs).map((record) => {
      const occurrence = (times.get(record.fingerprint) ?? 0) + 1;
      times.set(record.fingerprint, occurrence);
      return `${record.fingerprint}-${occurrence}`;
    }).sort();
  }

  /** One run by a host whose clock is off by `clockOffsetMs`. A failure or death ends it quietly. */
  async run(limits: Limits, clockOffsetMs = 0, lineBytes = 400_000) {
    const progress = startProgress(this.cursor, this.cursor.revision > 0);
    let failure: unknown;
    const ports: Ports<WorldRecord> = {
      source: {
        read: ({ day, offset, first }) => {
          const readAtMs = this.nowMs + clockOffsetMs;
          return this.#io("read", () => {
            const listing = this.#list(day);
            const records = listing.slice(offset, offset + first);
            return { records, readAtMs, total: this.tellsTotal ? listing.length : records.length };
          });
        },
      },
      destination: { push: (lines) => this.#io("push", () => this.#receive(lines)) },
      cursors: {
        announce: () => this.#io("announce", () => {}),
        commit: (cursor) => this.#io("commit", () => this.#commit(cursor)),
      },
      deadLetters: {
        keep: (letter) => this.#io("keep", () => void this.letters.set(letter.eventId, letter)),
      },
      toLine: (record, occurrence): Line => ({
        ...toLine({ event_id: `${record.fingerprint}-${occurrence}` }, occurrence),
        bytes: lineBytes,
      }),
      dialect: () => null,
      mayGoOn: () => true,
      throttled: () => 0,
      random: () => 0.3,
      breathe: () => Promise.resolve(),
    };
    try {
      await run(ports, { ...limits, backlog: this.#more }, progress);
    } catch (error) {
      failure = error;
    }
    this.#more = progress.more;
    this.#unsettle();
    this.#dead = false;
    return { progress, failure };
  }

  async #io<T>(name: string, effect: () => T): Promise<T> {
    if (this.#dead) throw new Death(name);
    const call = this.#calls++;
    this.callNames.push(name);
    this.nowMs += this.tickMs(call);
    const fault = this.faultAt(call, name);
    if (fault === "fail before") throw new CollectorError("upstream_failed", { detail: name });
    if (fault?.startsWith("die")) this.#dead = true;
    if (fault === "die before") throw new Death(name);
    // calls that are made at once take effect in another order
    for (let turns = (call * 7) % 5; turns > 0; turns--) await Promise.resolve();
    const result = effect();
    if (fault !== undefined && name === "push") this.#unsettle();
    if (fault === "fail after") throw new CollectorError("upstream_failed", { detail: name });
    if (fault === "die after") throw new Death(name);
    return result;
  }

  #list(day: string): WorldRecord[] {
    const fromMs = dayStartMs(day);
    return this.#records
      .filter((record) => record.timeMs >= fromMs && record.visibleAtMs <= this.nowMs);
  }

  /** What was accepted and is not covered by a commit may come again. */
  #unsettle(): void {
    for (const id of this.#pushed) this.unsettled.set(id, (this.unsettled.get(id) ?? 0) + 1);
    this.#pushed = [];
  }

  #receive(lines: readonly Line[]): Verdict {
    if (lines.some((line) => this.poison(line.eventId))) {
      return { accepted: false, status: 400, reason: "bad event" };
    }
    for (const { eventId } of lines) {
      this.received.push(eventId);
      this.#pushed.push(eventId);
    }
    return { accepted: true };
  }

  #commit(cursor: Cursor): void {
    const before = this.cursor;
    if (cursor.revision !== before.revision + 1) throw new Error("the revision must grow by one");
    if (cursor.sealedBeforeMs < before.sealedBeforeMs) throw new Error("the cursor went back");
    this.#stored = encodeCursor(cursor, OWNER);
    this.#pushed = [];
  }
}
