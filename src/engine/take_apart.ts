/**
 * Gets a batch through to the destination, and finds out which of its events are refused. A batch that is
 * refused as a whole is halved until the refused events stand alone. No event is given up before the
 * destination has accepted another one after refusing it, and then refuses it once more: until then it may
 * be refusing everything. I/O through the destination, which is given time when it asks for it.
 *
 * When k of n events are refused and the others accepted, this takes at most 1 + k(2⌈log₂ n⌉ + 4) pushes;
 * when everything is refused, `maxFruitless`.
 */
import { CollectorError } from "../errors.ts";
import type { Line } from "./batch.ts";
import { Parts } from "./parts.ts";
import type { Destination, EachAnswer, PushAnswer } from "./ports.ts";

export interface Refusal<L extends Line> {
  readonly line: L;
  readonly status: number;
  readonly reason: string;
  /** The event itself was refused, not only a batch that it was part of. */
  readonly alone: boolean;
  /** The destination has taken another event since it refused this one alone. */
  readonly isDoubted: boolean;
  /** The event was refused again after that. */
  readonly dead: boolean;
}

/**
 * The outcome of a batch so far. It is filled in as the pushes are answered, so it is right even when one
 * fails.
 */
export interface Outcome<L extends Line> {
  readonly delivered: L[];
  readonly refused: Refusal<L>[];
  /** Of the delivered ones, those that the destination altered. */
  altered: number;
  /** Events in attempts that got no answer and were repeated. */
  unanswered: number;
  pushes: number;
}

export function newOutcome<L extends Line>(): Outcome<L> {
  return { delivered: [], refused: [], altered: 0, unanswered: 0, pushes: 0 };
}

export interface TakeApartOptions<L extends Line> {
  /** False when no request may be spent on learning more. */
  readonly mayPush: () => boolean;
  readonly random: () => number;
  /**
   * Gives the destination time before events are sent again; see `Ports`. The outcome so far is already
   * valid.
   */
  readonly waitToSendAgain: (times: number) => Promise<boolean>;
  /** After this many refusals without an acceptance, the rest of the batch is left for later: see `Parts.fruitless`. */
  readonly maxFruitless: number;
  /** True for an event that was refused alone before the destination took another one: the next refusal is final. */
  readonly isDoubted?: (line: L) => boolean;
}

/** @throws {CollectorError} what the destination throws, and `upstream_failed` if it stays too busy for some of the events */
export async function takeApart<L extends Line>(
  destination: Destination,
  batch: readonly L[],
  options: TakeApartOptions<L>,
  outcome: Outcome<L>,
): Promise<void> {
  const work = new Work(destination, batch, options, outcome);
  await work.pushParts();
  work.convict();
  await work.confirm();
  work.leaveRest();
}

type Suspect<L extends Line> = Omit<Refusal<L>, "dead">;

class Work<L extends Line> {
  /** Nothing was accepted since they were refused. */
  #suspects: Suspect<L>[] = [];
  /** Refused alone, before others were accepted. */
  #toConfirm: Suspect<L>[] = [];
  #refusedWhole = false;
  /** How often in a row events are sent again to a destination that accepts none. */
  #timesAgain = 0;

  constructor(
    private readonly destination: Destination,
    private readonly batch: readonly L[],
    private readonly options: TakeApartOptions<L>,
    private readonly outcome: Outcome<L>,
  ) {}

  async pushParts(): Promise<void> {
    const { random, isDoubted = () => false, mayPush, maxFruitless } = this.options;
    const parts = new Parts(this.batch, random, isDoubted);
    let mustPush = this.batch;
    let last = { status: 0, reason: "" };
    for (let part = parts.next; part !== undefined; part = parts.next) {
      if (part !== mustPush && (parts.fruitless >= maxFruitless || !mayPush())) break;
      const answer = await this.#push(part, part !== this.batch);
      if ("refusedWhole" in answer) {
        last = answer.refusedWhole;
        if (part === this.batch) this.#refusedWhole = true;
        if (part.length === 1) {
          this.#suspect({ line: part[0], ...last, alone: true, isDoubted: false });
        }
        parts.refused();
      } else {
        const tookAny = this.#settle(part, answer);
        const { again, unread = [], refused } = answer;
        last = refused.at(-1) ?? last;
        const left = [...again, ...unread].map((index) => part[index]);
        if (refused.length > 0 && again.length === 0 && !tookAny) parts.refusedAlone(left);
        else parts.answered(left, tookAny);
        mustPush = again.length > 0 ? left : []; // nobody has refused these: they can't be set aside
        if (again.length > 0) await this.#giveTime(again.length, tookAny);
      }
    }
    const rest = parts.rest.map((line) => ({ line, ...last, alone: false, isDoubted: false }));
    this.#suspects.push(...rest);
  }

  /**
   * The batch was refused, then all of it was accepted except one event, which was refused again: it was
   * the reason.
   */
  convict(): void {
    const [suspect] = this.#suspects;
    const others = this.batch.length - 1;
    if (!this.#refusedWhole || others === 0 || this.outcome.delivered.length < others) return;
    if (!suspect?.alone) return;
    this.outcome.refused.push({ ...suspect, isDoubted: true, dead: true });
    this.#suspects = [];
  }

  /** Events that were refused before others were accepted are tried once more: the outage may be over by now. */
  async confirm(): Promise<void> {
    const parts: (readonly Suspect<L>[])[] = this.#toConfirm.length > 0 ? [this.#toConfirm] : [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (!this.options.mayPush()) {
        this.#suspects.push(...part);
        continue;
      }
      const answer = await this.#push(part.map(({ line }) => line), true);
      if ("refusedWhole" in answer) {
        if (part.length > 1) parts.push(...halves(part).reverse());
        else this.outcome.refused.push({ ...part[0], dead: true });
        continue;
      }
      const refused = new Set(answer.refused.map(({ index }) => index));
      const unread = new Set(answer.unread);
      for (const [index, suspect] of part.entries()) {
        if (refused.has(index)) this.outcome.refused.push({ ...suspect, dead: true });
        else if (answer.again.includes(index)) this.#suspects.push(suspect);
        else if (!unread.has(index)) this.outcome.delivered.push(suspect.line);
      }
      if (unread.size > 0) parts.push(part.filter((_, index) => unread.has(index)));
    }
  }

  /**
   * What is left is refused but not dead, in order: it is not clear yet whether the event or the
   * destination is at fault.
   */
  leaveRest(): void {
    if (this.#suspects.length === 0) return;
    const suspects = new Map(this.#suspects.map((suspect) => [suspect.line, suspect]));
    for (const line of this.batch) {
      const suspect = suspects.get(line);
      if (suspect !== undefined) this.outcome.refused.push({ ...suspect, dead: false });
    }
  }

  async #push(lines: readonly L[], probing: boolean): Promise<PushAnswer> {
    this.outcome.pushes++;
    const answer = await this.destination.push(lines, { probing });
    if ((answer.unanswered ?? 0) > 0) this.outcome.unanswered += lines.length;
    if (!("refusedWhole" in answer)) this.outcome.altered += answer.altered ?? 0;
    return answer;
  }

  #suspect(suspect: Suspect<L>): void {
    if (this.options.isDoubted?.(suspect.line)) {
      this.outcome.refused.push({ ...suspect, dead: true });
    } else this.#suspects.push(suspect);
  }

  /** Records an answer that has an outcome for each event. Was any of them accepted? */
  #settle(part: readonly L[], { refused, again, unread = [] }: EachAnswer): boolean {
    const left = new Set([...refused.map(({ index }) => index), ...again, ...unread]);
    const delivered = part.filter((_, index) => !left.has(index));
    this.outcome.delivered.push(...delivered);
    for (const { index, status, reason } of refused) {
      const suspect = { line: part[index], status, reason, alone: true, isDoubted: false };
      if (delivered.length > 0) this.outcome.refused.push({ ...suspect, dead: true });
      else this.#suspect(suspect);
    }
    const tookAny = delivered.length > 0;
    if (tookAny) {
      this.#toConfirm.push(...this.#suspects.map((suspect) => ({
        ...suspect,
        isDoubted: suspect.alone,
      })));
      this.#suspects = [];
    }
    return tookAny;
  }

  /** Waits before this many events are sent again. `tookAny`: it accepted others, so it is not stuck. */
  async #giveTime(events: number, tookAny: boolean): Promise<void> {
    if (tookAny) this.#timesAgain = 0;
    if (await this.options.waitToSendAgain(++this.#timesAgain)) return;
    const { id, label } = this.destination;
    throw new CollectorError("upstream_failed", {
      detail:
        `${label} is busy: it asks for ${events} events to be sent again, and this run can't ` +
        "wait any longer.",
      upstream: { name: id },
    });
  }
}

function halves<T>(part: readonly T[]): (readonly T[])[] {
  const half = Math.ceil(part.length / 2);
  return [part.slice(0, half), part.slice(half)];
}
