/** Collects what a receiver and the collector don't agree on. Pure. */
import { isDeepStrictEqual } from "node:util";
import { CollectorError } from "../../src/errors.ts";

/** The most characters of a value that are shown. */
const SHOWN = 300;

export class Judge {
  readonly #disagreements: string[] = [];

  /** The disagreements, one line each; none if everything agrees. */
  get disagreements(): readonly string[] {
    return this.#disagreements;
  }

  /** `what` says what must hold. */
  holds(what: string, fact: boolean): void {
    if (!fact) this.#disagreements.push(what);
  }

  equal(what: string, found: unknown, expected: unknown): void {
    if (isDeepStrictEqual(found, expected)) return;
    this.#disagreements.push(`${what}: ${shown(found)} instead of ${shown(expected)}`);
  }

  /** The work must fail with that code of error. */
  async fails(what: string, code: string, work: () => Promise<unknown>): Promise<void> {
    try {
      const answer = await work();
      this.#disagreements.push(`${what}: it answered ${shown(answer)} instead of ${code}`);
    } catch (error) {
      this.equal(what, error instanceof CollectorError ? error.code : String(error), code);
    }
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
