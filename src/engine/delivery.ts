/**
 * Delivers events in batches, in order: the delivering half of the engine. While one batch is under
 * way, the next is gathered; it is pushed once the one before it is committed, so no more than one is
 * ever unacknowledged. What the destination refuses is kept and tried again. I/O through the ports.
 */
import { CollectorError } from "../errors.ts";
import { Batch, type Line, lineOf } from "./batch.ts";
import type { Cursor } from "./cursor.ts";
import {
  letterAgain,
  overtakenLetter,
  overtakenTwins,
  toLetter,
  tooLargeLetter,
} from "./letters.ts";
import { withDealt } from "./listing_state.ts";
import type { Listed, Ports, Seen, SettledEvent, Undelivered } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { type Outcome, type Refusal, takeApart, type TakeApartOptions } from "./take_apart.ts";
import { HOUR_MS } from "./time.ts";

/** An event, and where it stands in the listing. */
export interface TakenLine extends Line {
  readonly seen: Seen;
  /** Were newer records delivered before it? */
  readonly late: boolean;
}

/** A batch on its way, and the cursor that lies behind it. */
interface Parcel {
  readonly lines: readonly TakenLine[];
  /** Too large to be sent at all. */
  readonly unsendable: readonly TakenLine[];
  readonly cursor: Omit<Cursor, "revision">;
}

/** How many pushes a batch may take. `purpose`: "pushing" when nothing is kept for reading. */
interface PushBudget {
  readonly maxPushes?: number;
  readonly purpose?: "pushing" | undefined;
}

/** No more than this is set aside; the rest stays in the source. */
const SET_ASIDE_MAX_BYTES = 16 * 1024 * 1024;
/** Once something has been set aside for so long, there may be more. */
const SET_ASIDE_PATIENCE_MS = HOUR_MS;
const SET_ASIDE_LATER_MAX_BYTES = 64 * 1024 * 1024;

/** How many pushes in a row may be refused before a batch is left alone; see `TakeApartOptions.maxFruitless`. */
const MAX_FRUITLESS = {
  usual: 12,
  /** The batch before was left alone: it is only seen whether this still lasts. */
  refusing: 4,
  /** What was refused is tried again by a destination that takes others: there may be many bad events in a row. */
  retrying: 48,
};

/** What was refused takes at most so many pushes before anything is read: the rest is for what is new. */
const MAX_PUSHES_BEFORE_READING = 20;

export class Delivery {
  readonly #batch: Batch<TakenLine>;
  #underWay: Promise<void> = Promise.resolve();
  /** Has the destination taken anything in this run? */
  #tookAny = false;
  /** Has it taken something since it last refused an event that is set aside? Null before the first answer. */
  #accepting: boolean | null = null;
  /** What it said to the last new event that was set aside in this run. */
  #refusal: { readonly status: number; readonly reason: string } | null = null;

  constructor(
    private readonly ports: Omit<Ports<Listed>, "source" | "toLine">,
    private readonly progress: Progress,
    /** The cursor behind everything that was added so far. */
    private readonly cursorNow: () => Omit<Cursor, "revision">,
  ) {
    this.#batch = new Batch(ports.destination.limits);
  }

  /** To be called before an event is dealt with: if the event does not fit any more, what is in hand is sent. */
  async makeRoom(line: Line): Promise<void> {
    if (this.#isSendable(line) && !this.#batch.hasRoomFor(line.bytes)) await this.#send();
  }

  /** Adds an event that was dealt with. It is sent when there are enough. */
  async add(line: TakenLine): Promise<void> {
    if (!this.#isSendable(line)) return await this.#send([line]);
    this.#batch.add(line);
    if (this.#batch.full) await this.#send();
  }

  /**
   * Sends what is left and waits until it is committed. `moved`: is there anything to commit even if no
   * event is left?
   * @throws {CollectorError} `destination_refuses_everything` when new events were refused and nothing
   * was taken
   */
  async finish(moved: () => boolean): Promise<void> {
    if (this.#batch.size > 0) await this.#send();
    await this.#underWay;
    if (moved()) await this.#send();
    await this.#underWay;
    if (this.#refusal !== null && !this.#tookAny) throw this.#refusesEverything();
  }

  /** Waits for what is under way, whatever becomes of it. */
  async settled(): Promise<void> {
    await this.#underWay.catch(() => {});
  }

  /** True when the destination has taken something since it last refused an event that is set aside. */
  get accepting(): boolean {
    return this.#accepting === true;
  }

  /**
   * Tries again what was refused and is due, until too many pushes in a row were in vain. `purpose`:
   * "pushing" when nothing is to be read any more, so that all requests may be used.
   */
  async retryUndelivered(purpose?: "pushing"): Promise<void> {
    const { undelivered, destination, cursors } = this.ports;
    const { targetBytes: maxBytes, maxEvents } = destination.limits;
    let left = purpose === "pushing" ? Infinity : MAX_PUSHES_BEFORE_READING;
    let inVain = 0;
    while (left > 0 && inVain < MAX_FRUITLESS.usual && this.ports.hasBudget(purpose)) {
      const { accepting } = this;
      const letters = await undelivered.due({ maxEvents, maxBytes, accepting });
      if (letters.length === 0) return;
      await cursors.markInFlight(letters.length);
      const { pushes, isInVain } = await this.#retry(letters, {
        accepting,
        maxPushes: left,
        purpose,
      });
      left -= pushes;
      inVain = isInVain ? inVain + pushes : 0;
      await cursors.markInFlight(0);
    }
  }

  async #retry(
    letters: readonly Undelivered[],
    { accepting, ...budget }: PushBudget & { readonly accepting: boolean },
  ): Promise<{ readonly pushes: number; readonly isInVain: boolean }> {
    const { undelivered } = this.ports;
    const byId = new Map(letters.map((letter) => [letter.eventId, letter]));
    const lines = letters.map(lineOf);
    const options = {
      maxFruitless: accepting || letters.some(({ isDoubted }) => isDoubted)
        ? MAX_FRUITLESS.retrying
        : MAX_FRUITLESS.usual,
      isDoubted: ({ eventId }: Line) => {
        const { refusedAlone, isDoubted } = byId.get(eventId)!;
        return isDoubted || (accepting && refusedAlone);
      },
      ...budget,
    };
    const came = { pushes: 0, isInVain: true };
    await this.#push(lines, options, async ({ delivered, refused, pushes }) => {
      const tookNone = delivered.length === 0 && !accepting;
      // what is still refused fails a run; once that has lasted, it is known, and only waits
      const aside = refused.filter(({ line }) => !byId.get(line.eventId)!.dead);
      if (tookNone && !this.#lasts) this.#noteRefusal(aside);
      // an event that was only part of a refused batch stays due, unless nothing gets through at all
      const tried = refused.filter(({ alone }) => alone || tookNone);
      const died = refused.filter(({ line, dead }) => dead && !byId.get(line.eventId)!.dead);
      if (delivered.length > 0) await undelivered.remove(delivered.map(({ eventId }) => eventId));
      if (tried.length > 0) {
        const again = tried.map((refusal) => letterAgain(byId.get(refusal.line.eventId)!, refusal));
        await undelivered.refusedAgain(again);
      }
      this.progress.redelivered += delivered.length;
      this.progress.deadLettered += died.length;
      Object.assign(came, { pushes, isInVain: delivered.length + died.length === 0 });
    });
    return came;
  }

  #isSendable({ bytes }: Line): boolean {
    return bytes <= this.ports.destination.limits.maxEventBytes;
  }

  /** Sends what is in hand on its way, once the batch before it is committed. */
  async #send(unsendable: readonly TakenLine[] = []): Promise<void> {
    const parcel = { lines: this.#batch.drain(), unsendable, cursor: this.cursorNow() };
    await this.#underWay;
    this.#underWay = this.#deliver(parcel);
    this.#underWay.catch(() => {}); // whoever waits for it next is told
  }

  /** Delivers a batch, and commits the cursor past everything that was taken when it was made. */
  async #deliver({ lines, unsendable, cursor }: Parcel): Promise<void> {
    const { cursors, destination } = this.ports;
    const tooLarge = unsendable.map((line) => tooLargeLetter(line, destination));
    if (lines.length === 0) {
      await this.#commit(cursor, unsendable, tooLarge);
      return;
    }
    const maxFruitless = this.#accepting === false ? MAX_FRUITLESS.refusing : MAX_FRUITLESS.usual;
    await cursors.markInFlight(lines.length);
    const options = { maxFruitless, purpose: "pushing" } as const;
    await this.#push(lines, options, async (outcome, failed) => {
      this.#noteRefusal(outcome.refused);
      const isTooMuch = this.#isTooMuch(outcome);
      const refused = outcome.refused.filter(({ dead }) => dead || !isTooMuch);
      const settled = [...outcome.delivered, ...refused.map(({ line }) => line)];
      const letters = refused.map(toLetter);
      this.#tell({ delivered: outcome.delivered, refused });
      if (!failed && !isTooMuch) {
        await this.#commit(cursor, [...settled, ...unsendable], [...letters, ...tooLarge]);
      } else if (settled.length > 0) {
        const overtaken = overtakenTwins(lines, settled);
        const dealt = [...settled, ...overtaken];
        const part = withDealt(this.progress.cursor, dealt.map(({ seen }) => seen));
        await this.#commit(part, dealt, [...letters, ...overtaken.map(overtakenLetter)]);
      }
      if (isTooMuch) throw this.#refusesEverything();
    });
    this.progress.batches++;
  }

  /** Pushes, and settles what became of it, also when pushing fails half-way; then the failure is thrown. */
  async #push<L extends Line>(
    lines: readonly L[],
    { purpose, maxPushes = Infinity, ...options }:
      & Pick<TakeApartOptions<L>, "maxFruitless" | "isDoubted">
      & PushBudget,
    settle: (outcome: Outcome<L>, failed: boolean) => Promise<void>,
  ): Promise<void> {
    const { destination, random } = this.ports;
    const outcome: Outcome<L> = { delivered: [], refused: [], unanswered: 0, pushes: 0 };
    const mayPush = () => outcome.pushes < maxPushes && this.ports.hasBudget(purpose);
    try {
      await takeApart(destination, lines, { ...options, mayPush, random }, outcome);
    } catch (error) {
      this.#note(outcome);
      const unanswered = error instanceof CollectorError ? error.details.unanswered ?? 0 : 1;
      await settle(outcome, true);
      const { delivered, refused } = outcome;
      if (unanswered > 0) this.progress.inDoubt = lines.length - delivered.length - refused.length;
      throw error;
    }
    this.#note(outcome);
    this.progress.inDoubt = outcome.delivered.length; // until that is kept
    await settle(outcome, false);
    this.progress.inDoubt = 0;
  }

  #note({ delivered, refused, unanswered }: Outcome<Line>): void {
    this.progress.unanswered += unanswered;
    if (delivered.length > 0) {
      this.#tookAny = true;
      this.ports.undelivered.noteTaken();
    }
    if (delivered.length > 0) this.#accepting = !refused.some(({ alone, dead }) => alone && !dead);
    else if (refused.some(({ dead }) => !dead)) this.#accepting = false;
    this.progress.untried = refused.filter(({ alone }) => !alone).length;
  }

  /** What the destination said to an event that is set aside. */
  #noteRefusal(refused: readonly Refusal<Line>[]): void {
    this.#refusal = refused.find(({ dead }) => !dead) ?? this.#refusal;
  }

  /** Only so much is set aside, but always one batch, or an event larger than that would be in the way for ever. */
  #isTooMuch({ refused }: Outcome<Line>): boolean {
    const { bytes } = this.ports.undelivered.setAside;
    const more = refused.reduce((sum, { line, dead }) => sum + (dead ? 0 : line.bytes), 0);
    if (bytes === 0 || more === 0) return false;
    return bytes + more > (this.#lasts ? SET_ASIDE_LATER_MAX_BYTES : SET_ASIDE_MAX_BYTES);
  }

  /** Has something been set aside for long? */
  get #lasts(): boolean {
    const { sinceMs } = this.ports.undelivered.setAside;
    return sinceMs !== null && this.ports.clock() - sinceMs >= SET_ASIDE_PATIENCE_MS;
  }

  #refusesEverything(): CollectorError {
    const { id, label } = this.ports.destination;
    const { status, reason } = this.#refusal!;
    const what = this.#tookAny
      ? "refuses so much that no more can be set aside"
      : "has taken nothing in this run";
    return new CollectorError("destination_refuses_everything", {
      detail: `${label} ${what}. It answered ${status}: ${reason}.`,
      upstream: { name: id, status },
    });
  }

  #tell({ delivered, refused }: Pick<Outcome<TakenLine>, "delivered" | "refused">): void {
    this.progress.delivered += delivered.length;
    this.progress.lateArrivals += delivered.filter(({ late }) => late).length;
    this.progress.twins += delivered.filter(({ occurrence }) => occurrence > 1).length;
    this.progress.deadLettered += refused.filter(({ dead }) => dead).length;
    this.progress.setAside += refused.filter(({ dead }) => !dead).length;
  }

  async #commit(
    position: Omit<Cursor, "revision">,
    settled: readonly SettledEvent[],
    letters: readonly Undelivered[],
  ): Promise<void> {
    const cursor = { ...position, revision: this.progress.cursor.revision + 1 };
    if (letters.length > 0) await this.ports.undelivered.keep(letters, cursor.revision);
    await this.ports.cursors.commit(cursor, settled);
    this.progress.cursor = cursor;
    this.progress.stored = true;
    this.progress.commits++;
    this.progress.deadLettered += letters.filter(({ status }) => status === null).length;
    this.progress.inDoubt = 0;
  }
}
