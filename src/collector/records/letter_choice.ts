/** Which letters are meant: by their ids, by the reason of their refusal, or all. Pure. */
import type { KeptLetter } from "./kept_letter.ts";

export interface LetterChoice {
  /** Ids of their events. */
  readonly ids?: readonly string[] | undefined;
  /** The reason, word for word. */
  readonly reason?: string | undefined;
}

/** Letters that were refused for the same reason. */
export interface LetterGroup {
  readonly reason: string;
  /** What the destination answered; null when the events were too large to be sent. */
  readonly status: number | null;
  readonly letters: number;
}

export function isChosen({ reason }: KeptLetter, choice: LetterChoice): boolean {
  return choice.reason === undefined || choice.reason === reason;
}

/** Counts letters by reason, the most frequent first. */
export class Groups {
  readonly #groups = new Map<string, LetterGroup>();

  add({ reason, status }: KeptLetter): void {
    const key = JSON.stringify([status, reason]);
    const letters = (this.#groups.get(key)?.letters ?? 0) + 1;
    this.#groups.set(key, { reason, status, letters });
  }

  get list(): readonly LetterGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.letters - a.letters);
  }
}
