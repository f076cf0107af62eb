/** Which letters are meant: by their ids, by the reason of their refusal, or all. Pure. */
import { count, number } from "../../format.ts";
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
  /** Those of them that are dead letters; the others are set aside. */
  readonly dead: number;
}

export function isChosen({ reason }: LetterFacts, choice: LetterChoice): boolean {
  return choice.reason === undefined || choice.reason === reason;
}

/** All letters of some groups, and how many of them are dead. */
export function inTotal(groups: readonly LetterGroup[]): [letters: number, dead: number] {
  const sum = (of: "letters" | "dead") => groups.reduce((all, group) => all + group[of], 0);
  return [sum("letters"), sum("dead")];
}

/** `5 refused events, 2 of them set aside` */
export function toldLetters(letters: number, dead: number): string {
  const setAside = letters - dead;
  const aside = setAside < letters
    ? `${number(setAside)} of them set aside`
    : letters === 1
    ? "set aside"
    : "all of them set aside";
  return count(letters, "refused event") + (setAside === 0 ? "" : `, ${aside}`);
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
