/**
 * The parts of a refused batch that are still to be tried, in order, and which of them is tried next.
 * Refused events often come in a row, and so do good ones: after something was accepted, its neighbours are
 * tried; where nothing is accepted, another place is. Pure.
 */

/** After this many refusals at one place a single event is tried elsewhere. */
const FRUITLESS_BEFORE_JUMP = 3;

export class Parts<T> {
  readonly #parts: (readonly T[])[];
  #at = 0;
  /** Which neighbour comes next. */
  #step: 1 | -1 = 1;
  /** What is tried next is next to something that was accepted, so tries can't fail for long. */
  #isNear = false;
  #fruitless = 0;
  #jumps = 0;

  constructor(
    whole: readonly T[],
    private readonly random: () => number,
    /** Items in doubt are tried one by one, before the others. */
    private readonly isDoubted: (item: T) => boolean,
  ) {
    this.#parts = [whole];
  }

  /** The part to try now; undefined when nothing is left. */
  get next(): readonly T[] | undefined {
    return this.#parts[this.#at];
  }

  /** Everything that is left, in order. */
  get rest(): readonly T[] {
    return this.#parts.flat();
  }

  /**
   * How many refusals there have been since the last acceptance, except those that narrowed down a refused
   * event.
   */
  get fruitless(): number {
    return this.#fruitless;
  }

  /** The part was answered. `left`: what of it is still to be tried; `tookAny`: something else was taken. */
  answered(left: readonly T[], tookAny: boolean): void {
    this.#replace(left.length > 0 ? [left] : []);
    if (!tookAny) return;
    this.#isNear = true;
    this.#fruitless = 0;
  }

  /** The part was refused: it is split, or dropped if it is a single item. */
  refused(): void {
    const part = this.#parts[this.#at];
    this.#replace(part.length > 1 ? this.#split(part) : []);
    if (this.#isNear) this.#isNear = part.length > 1;
    else this.#noteFruitless(part.length > 1);
  }

  /** Nothing of the part was taken. What is left of it was not looked at; the others were refused by themselves. */
  refusedAlone(unread: readonly T[]): void {
    this.#replace(unread.length > 0 ? [unread] : []);
    if (this.#isNear) this.#isNear = false;
    else this.#noteFruitless(unread.length > 1);
  }

  #noteFruitless(mayJump: boolean): void {
    this.#fruitless++;
    if (mayJump && this.#fruitless % FRUITLESS_BEFORE_JUMP === 0) this.#jump();
  }

  #replace(pieces: readonly (readonly T[])[]): void {
    this.#parts.splice(this.#at, 1, ...pieces);
    if (this.#step === -1) this.#at += pieces.length - 1;
    if (this.#at < 0) {
      this.#at = 0;
      this.#step = 1;
    } else if (this.#at >= this.#parts.length) {
      this.#at = Math.max(0, this.#parts.length - 1);
      this.#step = -1;
    }
  }

  #split(part: readonly T[]): (readonly T[])[] {
    const others = part.filter((item) => !this.isDoubted(item));
    if (others.length === part.length) {
      const half = Math.ceil(part.length / 2);
      return [part.slice(0, half), part.slice(half)];
    }
    const doubted = part.filter(this.isDoubted).map((item) => [item]);
    return others.length > 0 ? [...doubted, others] : doubted;
  }

  /** Jumps to a single item elsewhere: the last one of all at first, then any. */
  #jump(): void {
    const isFirst = this.#jumps++ === 0;
    this.#at = isFirst ? this.#parts.length - 1 : this.#randomBelow(this.#parts.length);
    const part = this.#parts[this.#at];
    const chosen = isFirst ? part.length - 1 : this.#randomBelow(part.length);
    const pieces = [part.slice(0, chosen), [part[chosen]], part.slice(chosen + 1)];
    this.#parts.splice(this.#at, 1, ...pieces.filter(({ length }) => length > 0));
    if (chosen > 0) this.#at++;
    this.#step = isFirst ? -1 : 1;
  }

  #randomBelow(end: number): number {
    return Math.min(end - 1, Math.floor(this.random() * end));
  }
}
