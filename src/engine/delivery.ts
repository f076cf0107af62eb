/**
 * Delivers events in batches, in order: the delivering half of the engine. While one batch is being sent,
 * the next is gathered; it is pushed once the one before it is committed, so there is never more than one
 * unacknowledged batch. What the destination refuses goes into the box. I/O through the ports.
 */
import { Batch, type Line } from "./batch.ts";
import type { Cursor } from "./cursor.ts";
import { overtakenLetter, overtakenTwins, toLetter, tooLargeLetter } from "./letters.ts";
import { withDealt } from "./listing_state.ts";
import type { Listed, Ports, Room, Seen, SettledEvent, Undelivered } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { MAX_FRUITLESS, Pushes } from "./pushes.ts";
import { retryUndelivered } from "./retry_undelivered.ts";
import type { Outcome, Refusal } from "./take_apart.ts";

/** An event, and where it stands in the listing. For the constructor, see `Instant`. */
export class TakenLine implements Line {
  readonly eventId: string;
  readonly occurrence: number;
  readonly timeMs: number;
  readonly json: string;
  readonly bytes: number;
  readonly origin?: unknown;

  constructor(
    { eventId, occurrence, timeMs, json, bytes, origin }: Line,
    readonly seen: Seen,
    /** Were newer records delivered before it? */
    readonly late: boolean,
  ) {
    this.eventId = eventId;
    this.occurrence = occurrence;
    this.timeMs = timeMs;
    this.json = json;
    this.bytes = bytes;
    this.origin = origin;
  }
}

/** A batch on its way, and the cursor that has passed it. */
interface Parcel {
  readonly lines: readonly TakenLine[];
  /** Too large to be sent at all. */
  readonly unsendable: readonly TakenLine[];
  readonly cursor: Omit<Cursor, "revision">;
}

export class Delivery {
  readonly #batch: Batch<TakenLine>;
  /** Events that were dealt with and are too large to be sent at all. */
  #unsendable: TakenLine[] = [];
  readonly #pushes: Pushes;
  #underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: Omit<Ports<Listed>, "source" | "toLine">,
    private readonly progress: Progress,
    /** The cursor past everything that was added so far. */
    private readonly cursorNow: () => Omit<Cursor, "revision">,
  ) {
    this.#batch = new Batch(ports.destination.limits);
    this.#pushes = new Pushes(ports, progress);
  }

  /**
   * May the event be sent with what is gathered? To be asked before the event is dealt with: if not, what
   * is gathered is sent first.
   */
  hasRoomFor(line: Line): boolean {
    return !this.#isSendable(line) || this.#batch.takes(line);
  }

  /** Adds an event that was dealt with. */
  add(line: TakenLine): void {
    if (this.#isSendable(line)) this.#batch.add(line);
    else this.#unsendable.push(line);
  }

  /** Is enough gathered to be sent? */
  get isFull(): boolean {
    return this.#batch.full || this.#unsendable.length > 0;
  }

  /** Starts to send what is gathered, once the batch before it is committed. */
  async send(): Promise<void> {
    const parcel = {
      lines: this.#batch.drain(),
      unsendable: this.#unsendable.splice(0),
      cursor: this.cursorNow(),
    };
    await this.#underWay;
    this.#underWay = this.#deliver(parcel);
    this.#underWay.catch(() => {}); // whoever waits for it next is told
  }

  /**
   * Sends what is left and waits until it is committed. `moved`: is there something to commit even if no
   * event is left?
   * @throws {CollectorError} `destination_refuses_everything` when new events were refused and nothing was
   * taken
   */
  async finish(moved: () => boolean): Promise<void> {
    if (this.#batch.size > 0) await this.send();
    await this.#underWay;
    if (moved()) await this.send();
    await this.#underWay;
    if (this.#pushes.refusesEverything) throw this.#pushes.failure();
  }

  /** Waits for the batch being sent, whatever its outcome. */
  async settled(): Promise<void> {
    await this.#underWay.catch(() => {});
  }

  /** True if the destination has accepted something since it last refused an event that is set aside. */
  get accepting(): boolean {
    return this.#pushes.accepting === true;
  }

  /** Tries again what was refused; see `retryUndelivered`. */
  async retryUndelivered(purpose?: "pushing"): Promise<void> {
    const { ports, progress } = this;
    await retryUndelivered({ ports, progress, pushes: this.#pushes }, purpose);
  }

  #isSendable({ bytes }: Line): boolean {
    return bytes <= this.ports.destination.limits.maxEventBytes;
  }

  /** Delivers a batch, and commits the cursor past everything that had been read when the batch was made. */
  async #deliver(parcel: Parcel): Promise<void> {
    const { lines, unsendable, cursor } = parcel;
    if (lines.length === 0) {
      const letters = this.#tooLarge(parcel);
      const { full } = this.#roomFor(letters);
      if (full !== null) throw full;
      await this.#commit(cursor, unsendable, letters);
      return;
    }
    await this.ports.cursors.markInFlight(lines.length);
    const isRefusing = this.#pushes.accepting === false;
    const maxFruitless = isRefusing ? MAX_FRUITLESS.refusing : MAX_FRUITLESS.usual;
    await this.#pushes.push(lines, { maxFruitless, purpose: "pushing" }, {
      settle: (outcome, failed, early) => this.#settle(parcel, outcome, failed, early),
      settleEarly: (delivered, early) => this.#settleEarly(parcel, delivered, early),
    });
    this.progress.batches++;
  }

  async #settle(
    parcel: Parcel,
    outcome: Outcome<TakenLine>,
    failed: boolean,
    early: readonly TakenLine[],
  ): Promise<void> {
    this.#pushes.noteRefusal(outcome.refused);
    const isTooMuch = this.#pushes.isTooMuch(outcome.refused);
    const refused = outcome.refused.filter(({ dead }) => dead || !isTooMuch);
    const settled = [...outcome.delivered, ...refused.map(({ line }) => line)];
    const letters = refused.map(toLetter);
    const room = this.#roomFor([...letters, ...this.#tooLarge(parcel)]);
    if (room.full !== null) {
      const kept = refused.slice(0, room.letters);
      this.#tell(outcome.delivered, kept);
      const part = [...outcome.delivered, ...kept.map(({ line }) => line)];
      await this.#settlePart(parcel, part, kept.map(toLetter), early);
      throw room.full;
    }
    this.#tell(outcome.delivered, refused);
    if (!failed && !isTooMuch) {
      await this.#commit(
        parcel.cursor,
        [...settled, ...parcel.unsendable],
        [...letters, ...this.#tooLarge(parcel)],
      );
    } else {
      this.progress.openSinceMs = oldestOf(openIn(parcel, [...settled, ...early]));
      await this.#settlePart(parcel, settled, letters, early);
    }
    if (isTooMuch) throw this.#pushes.failure();
  }

  /**
   * Settles some events of a batch, so that they aren't delivered again; the cursor does not move past the
   * others.
   */
  async #settlePart(
    parcel: Parcel,
    settled: readonly TakenLine[],
    letters: readonly Undelivered[],
    early: readonly TakenLine[],
  ): Promise<void> {
    if (settled.length === 0) return;
    const overtaken = overtakenTwins(openIn(parcel, early), settled);
    await this.#commitPart(
      [...settled, ...overtaken],
      [...letters, ...overtaken.map(overtakenLetter)],
    );
  }

  #roomFor(letters: readonly Undelivered[]): Room {
    const all = { letters: letters.length, full: null };
    return this.ports.undelivered.roomFor?.(letters) ?? all;
  }

  /** For when the rest of a batch has to wait. A twin that was overtaken waits with the others. */
  async #settleEarly(
    parcel: Parcel,
    delivered: readonly TakenLine[],
    early: readonly TakenLine[],
  ): Promise<boolean> {
    if (overtakenTwins(openIn(parcel, early), delivered).length > 0) return false;
    await this.#commitPart(delivered, []);
    this.#tell(delivered, []);
    return true;
  }

  #tooLarge({ unsendable }: Parcel): readonly Undelivered[] {
    return unsendable.map((line) => tooLargeLetter(line, this.ports.destination));
  }

  /** Commits some events of a batch: the cursor stays where it is, but remembers them. */
  async #commitPart(
    settled: readonly TakenLine[],
    letters: readonly Undelivered[],
  ): Promise<void> {
    const part = withDealt(this.progress.cursor, settled.map(({ seen }) => seen));
    await this.#commit(part, settled, letters);
  }

  #tell(delivered: readonly TakenLine[], refused: readonly Refusal<TakenLine>[]): void {
    this.progress.delivered += delivered.length;
    this.progress.lateArrivals += delivered.filter(({ late }) => late).length;
    this.progress.twins += delivered.filter(({ occurrence }) => occurrence > 1).length;
    this.progress.deadLettered += refused.filter(({ dead }) => dead).length;
    this.progress.refused += refused.length;
  }

  async #commit(
    position: Omit<Cursor, "revision">,
    settled: readonly SettledEvent[],
    letters: readonly Undelivered[],
  ): Promise<void> {
    const cursor = { ...position, revision: this.progress.cursor.revision + 1 };
    const isKept = new Set(letters.map(({ eventId }) => eventId));
    const delivered = settled.filter(({ eventId }) => !isKept.has(eventId));
    await this.ports.undelivered.noteDelivered?.(delivered);
    if (letters.length > 0) await this.ports.undelivered.keep(letters, cursor.revision);
    await this.ports.cursors.commit(cursor, settled);
    this.progress.cursor = cursor;
    this.progress.stored = true;
    this.progress.commits++;
    const tooLarge = letters.filter(({ status }) => status === null).length;
    this.progress.deadLettered += tooLarge;
    this.progress.refused += tooLarge;
    this.progress.inDoubt = 0;
  }
}

function oldestOf(lines: readonly TakenLine[]): number | null {
  return lines.length === 0 ? null : Math.min(...lines.map(({ timeMs }) => timeMs));
}

/** The events of a batch that are not settled yet. */
function openIn({ lines }: Parcel, settled: readonly TakenLine[]): readonly TakenLine[] {
  const isSettled = new Set(settled);
  return lines.filter((line) => !isSettled.has(line));
}
