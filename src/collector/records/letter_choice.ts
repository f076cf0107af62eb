/** Which letters are meant: by their ids, by the reason of their refusal, or all. Pure. */
import type { LetterFacts } from "./kept_letter.ts";

export interface LetterChoice {
  /** Ids of their events. */
  readonly ids?: readonly string[] | undefined;
  /** The reason, word for word. */
  readonly reason?: string | undefined;
}

/** Letters that were refused for the same reason. */
export interface LetterGroup {
  readonly reason: string;
  /** What the destination answered to one of them; null when it was too large to be sent. */
  readonly status: number | null;
  readonly letters: number;
  /** Those that are not only set aside, and so can be discarded. */
  readonly dead: number;
}

export function isChosen({ reason }: LetterFacts, choice: LetterChoice): boolean {
  return choice.reason === undefined || choice.reason === reason;
}

/** Counts letters by reason, the most frequent first. */
export class Groups {
  readonly #groups = new Map<string, LetterGroup>();

  add({ reason, status, dead: isDead }: LetterFacts): void {
    const { letters, dead } = this.#groups.get(reason) ?? { letters: 0, dead: 0 };
    const counts = { letters: letters + 1, dead: dead + (isDead ? 1 : 0) };
    this.#groups.set(reason, { reason, status, ...counts });
  }

  get list(): readonly LetterGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.letters - a.letters);
  }
}
