/**
 * The pushes of one run, and what they show about the destination: whether it accepts anything, and whether
 * it refuses too much. I/O through the ports.
 */
import { CollectorError } from "../errors.ts";
import type { Line, Listed, Ports } from "./ports.ts";
import type { Progress } from "./progress.ts";
import {
  newOutcome,
  type Outcome,
  type Refusal,
  takeApart,
  type TakeApartOptions,
} from "./take_apart.ts";
import { HOUR_MS } from "./time.ts";

/** No more than this is set aside; the rest stays in the source. */
const SET_ASIDE_MAX_BYTES = 16 * 1024 * 1024;
/** Once something has been set aside for this long, there may be more. */
const SET_ASIDE_PATIENCE_MS = HOUR_MS;
const SET_ASIDE_LATER_MAX_BYTES = 64 * 1024 * 1024;

/** How many pushes in a row may be refused before a batch is left alone; see `TakeApartOptions.maxFruitless`. */
export const MAX_FRUITLESS = {
  usual: 12,
  /** The batch before was given up for now: this only checks whether the destination still refuses. */
  refusing: 4,
  /** What was refused is tried again by a destination that takes others: there may be many bad events in a row. */
  retrying: 48,
};

/** How a batch is pushed. */
export interface PushOptions<L extends Line>
  extends Pick<TakeApartOptions<L>, "maxFruitless" | "isDoubted"> {
  readonly maxPushes?: number;
  /** "pushing" when nothing is kept for reading. */
  readonly purpose?: "pushing" | undefined;
}

/** Makes the outcome of a batch durable. `early`: what was delivered of it and already settled. */
export interface Settling<L extends Line> {
  /** At the end, or when pushing fails half-way: what was not settled early. */
  settle(outcome: Outcome<L>, failed: boolean, early: readonly L[]): Promise<void>;
  /** What was delivered so far, while the rest has to wait. False if it must wait as well. */
  settleEarly(delivered: readonly L[], early: readonly L[]): Promise<boolean>;
}

export class Pushes {
  /** Has the destination taken anything in this run? */
  #tookAny = false;
  #accepting: boolean | null = null;
  /** Its answer to the last new event that was set aside in this run. */
  #refusal: { readonly status: number; readonly reason: string } | null = null;

  constructor(
    private readonly ports: Omit<Ports<Listed>, "source" | "toLine">,
    private readonly progress: Progress,
  ) {}

  /** Has the destination taken something since it last refused an event that is set aside? Null before the first answer. */
  get accepting(): boolean | null {
    return this.#accepting;
  }

  /**
   * Pushes a batch and settles what became of it, even if pushing fails half-way.
   * @throws {CollectorError} that failure, once it is settled
   */
  async push<L extends Line>(
    lines: readonly L[],
    { purpose, maxPushes = Infinity, ...options }: PushOptions<L>,
    { settle, settleEarly }: Settling<L>,
  ): Promise<Outcome<L>> {
    const { destination, random } = this.ports;
    const outcome = newOutcome<L>();
    const early: L[] = [];
    const settling = { failed: false };
    const whole = () => ({ ...outcome, delivered: [...early, ...outcome.delivered] });
    const mayPush = () => outcome.pushes < maxPushes && this.ports.hasBudget(purpose);
    const waitToSendAgain = async (times: number) => {
      settling.failed = true;
      if (outcome.delivered.length > 0 && await settleEarly(outcome.delivered, early)) {
        early.push(...outcome.delivered.splice(0));
      }
      settling.failed = false;
      return await this.ports.waitToSendAgain(times);
    };
    try {
      const all = { ...options, mayPush, random, waitToSendAgain };
      await takeApart(destination, lines, all, outcome);
    } catch (error) {
      this.#note(whole());
      if (settling.failed) { // it may have been made durable all the same
        this.progress.inDoubt = outcome.delivered.length;
        throw error;
      }
      const unanswered = error instanceof CollectorError ? error.details.unanswered ?? 0 : 1;
      await settle(outcome, true, early);
      const { delivered, refused } = whole();
      if (unanswered > 0) this.progress.inDoubt = lines.length - delivered.length - refused.length;
      throw error;
    }
    this.#note(whole());
    this.progress.inDoubt = outcome.delivered.length; // until that is kept
    await settle(outcome, false, early);
    this.progress.inDoubt = 0;
    return whole();
  }

  /** Remembers the destination's answer to an event that is set aside. */
  noteRefusal(refused: readonly Refusal<Line>[]): void {
    this.#refusal = refused.find(({ dead }) => !dead) ?? this.#refusal;
  }

  /** Is this more than may be set aside? One batch always may, or an event above the limit would block the way for ever. */
  isTooMuch(refused: readonly Refusal<Line>[]): boolean {
    const { bytes } = this.ports.undelivered.setAside;
    const more = refused.reduce((sum, { line, dead }) => sum + (dead ? 0 : line.bytes), 0);
    if (bytes === 0 || more === 0) return false;
    return bytes + more >
      (this.isRefusingForLong ? SET_ASIDE_LATER_MAX_BYTES : SET_ASIDE_MAX_BYTES);
  }

  /** Has something been set aside for long? */
  get isRefusingForLong(): boolean {
    const { sinceMs } = this.ports.undelivered.setAside;
    return sinceMs !== null && this.ports.clock() - sinceMs >= SET_ASIDE_PATIENCE_MS;
  }

  /** True when new events were refused and nothing was taken in this run. */
  get refusesEverything(): boolean {
    return this.#refusal !== null && !this.#tookAny;
  }

  /** The failure of a run that can't continue, or that achieved nothing, because of what was refused. */
  failure(): CollectorError {
    const { id, label } = this.ports.destination;
    const { status, reason } = this.#refusal!;
    const what = this.#tookAny
      ? "refuses so much that no more can be set aside"
      : "has accepted nothing in this run";
    return new CollectorError("destination_refuses_everything", {
      detail: `${label} ${what}. It answered ${status}: ${reason}.`,
      upstream: { name: id, status },
    });
  }

  #note({ delivered, refused, altered, unanswered }: Outcome<Line>): void {
    this.progress.altered += altered;
    this.progress.unanswered += unanswered;
    if (delivered.length > 0) {
      this.#tookAny = true;
      this.ports.undelivered.noteTaken();
    }
    if (delivered.length > 0) this.#accepting = !refused.some(({ alone, dead }) => alone && !dead);
    else if (refused.some(({ dead }) => !dead)) this.#accepting = false;
    this.progress.untried = refused.filter(({ alone }) => !alone).length;
  }
}
