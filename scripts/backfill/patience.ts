/** How long a script waits for a Worker that shows no sign of a run. Pure. */
import { iso } from "../../src/engine/time.ts";
import { timeOfDay } from "../../src/format.ts";
import type { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { scriptProblem } from "../cli/failure.ts";

/** Two turns of the cron, and time for a run. */
const PATIENCE_MS = 12 * 60_000;

export class Patience {
  #sign: string | undefined;
  #untilMs: number;

  constructor(private readonly now: () => number) {
    this.#untilMs = now() + PATIENCE_MS;
  }

  /** What is waited for, and until when. */
  get words(): string {
    return `waiting for the Worker's cron trigger, until ${timeOfDay(iso(this.#untilMs))} UTC`;
  }

  /**
   * Notes what a run would have changed.
   * @throws {AnsweredProblem} when nothing has changed for too long
   */
  look(sign: string): void {
    if (sign !== this.#sign) this.#untilMs = this.now() + PATIENCE_MS;
    this.#sign = sign;
    if (this.now() >= this.#untilMs) throw standsStill();
  }
}

function standsStill(): AnsweredProblem {
  return scriptProblem(
    "backfill_stands_still",
    "The Worker has started no run for 12 minutes: its cron trigger does not fire.",
  );
}
