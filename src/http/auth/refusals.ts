/**
 * What becomes of wrong tries: they are counted and logged, and those beyond a limit are told to wait. A
 * right token always passes: nobody's tries lock others out. Asks the operators' records, but no more
 * once a limit is known.
 */
import type { LogLine } from "../../collector/platform.ts";
import type { Operators } from "../../operators/operators.ts";
import { Tries } from "../../operators/tries.ts";

/** A wrong try: from where, when, and who is told. */
interface WrongTry {
  readonly address: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly operators: Operators;
  readonly log: (line: LogLine) => void;
}

/** The tries that this process refused. */
export class Refusals {
  readonly #tries = new Tries();
  #unreported = 0;

  /** Counts one. Answers how many seconds the limit lasts; null if none is met. */
  async count({ address, nowMs, operators, log }: WrongTry): Promise<number | null> {
    const { limitedUntilMs, tries } = this.#tries.count(address, nowMs);
    const limited = limitedUntilMs !== null;
    // a guesser fills no log: the 1st, 2nd, 4th, 8th try of a minute and so on
    if (Number.isInteger(Math.log2(tries))) {
      log({ level: "warn", event: "access_refused", address, tries, limited });
    }
    if (limited) {
      this.#unreported++;
      return seconds(limitedUntilMs, nowMs);
    }
    const untilMs = await operators.countRefusal(address, this.takeUnreported())
      .catch(() => null); // that it can't be counted there is no reason to let anybody in
    if (untilMs === null || untilMs <= nowMs) return null;
    this.#tries.limit(address, untilMs, nowMs);
    return seconds(untilMs, nowMs);
  }

  /** How many were refused that nobody was told of. They count as told. */
  takeUnreported(): number {
    const unreported = this.#unreported;
    this.#unreported = 0;
    return unreported;
  }
}

function seconds(untilMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
}
