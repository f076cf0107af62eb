/** The calls of a process whose world is simulated: a test has one fail, or be the last. No I/O. */
import { CollectorError } from "../../src/errors.ts";

/** What happens to a call: it fails, or the process dies, before or after the call takes effect. */
export const FAULTS = ["fail before", "fail after", "die before", "die after"] as const;
export type Fault = typeof FAULTS[number];

class Death extends Error {}

/** The world that is called. */
interface Called {
  /** A call is made: what happens to it, and how many microtasks pass before it takes effect. */
  meet(call: number, name: string): { readonly fault: Fault | undefined; readonly turns: number };
  /** A push took effect and does not return: what it took may come again. */
  unsettle(): void;
}

export class MortalCalls {
  #made = 0;
  #isDead = false;

  constructor(private readonly world: Called) {}

  /** The next process begins. */
  revive(): void {
    this.#isDead = false;
  }

  async make<T>(name: string, effect: () => T): Promise<T> {
    if (this.#isDead) throw new Death(name);
    const { fault, turns } = this.world.meet(this.#made++, name);
    if (fault === "fail before") throw new CollectorError("upstream_unreachable", { detail: name });
    if (fault?.startsWith("die")) this.#isDead = true;
    if (fault === "die before") throw new Death(name);
    for (let left = turns; left > 0; left--) await Promise.resolve();
    const result = effect();
    if (fault !== undefined && name === "push") this.world.unsettle();
    if (fault === "fail after") {
      throw new CollectorError("upstream_unreachable", { detail: name, unanswered: 1 });
    }
    if (fault === "die after") throw new Death(name);
    return result;
  }
}
