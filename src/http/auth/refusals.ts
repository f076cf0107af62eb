/**
 * What happens to requests without a valid token: they are counted and logged, and beyond a limit told to
 * wait. The right token is always accepted, so nobody can lock others out. Asks the operators' records, but
 * no longer once a limit is known.
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

/** The requests that this process refused. */
export class Refusals {
  readonly #tries = new Tries();
  #unreported = 0;

  /** Counts one. Returns how many more seconds the limit lasts; null if there is none. */
  async count({ address, nowMs, operators, log }: WrongTry): Promise<number | null> {
    const { limitedUntilMs, tries } = this.#tries.count(address, nowMs);
    const limited = limitedUntilMs !== null;
    // so that a guesser can't fill the log: the 1st, 2nd, 4th, 8th try of a minute and so on
    if (Number.isInteger(Math.log2(tries))) {
      log({ level: "warn", event: "access_refused", address, tries, limited });
    }
    if (limited) {
      this.#unreported++;
      return seconds(limitedUntilMs, nowMs);
    }
    const untilMs = await operators.countRefusal(address, this.takeUnreported())
      .catch(() => null); // that a try can't be counted is no reason to let anybody in
    if (untilMs === null || untilMs <= nowMs) return null;
    this.#tries.limit(address, untilMs, nowMs);
    return seconds(untilMs, nowMs);
  }

  /** How many refusals have not been reported yet. They then count as reported. */
  takeUnreported(): number {
    const unreported = this.#unreported;
    this.#unreported = 0;
    return unreported;
  }
}

function seconds(untilMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
}
