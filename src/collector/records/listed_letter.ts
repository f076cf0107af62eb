/** A letter as a list shows it: long values are cut, so that a list of large events can be answered. Pure. */
import type { KeptLetter } from "./kept_letter.ts";

export interface ListedLetter extends Omit<KeptLetter, "origin"> {
  /** True if `json` is not the whole event. */
  readonly cut: boolean;
}

/** A larger event is listed cut. */
const MAX_CHARACTERS = 64 * 1024;
/** What is left of a long value then. */
const MAX_VALUE_CHARACTERS = 1024;

export function listedWhole({ origin: _, ...letter }: KeptLetter): ListedLetter {
  return { ...letter, cut: false };
}

/** The letter with at most so much of its event. What is left is JSON too. */
export function listedCut(letter: KeptLetter): ListedLetter {
  const { json } = letter;
  if (json.length <= MAX_CHARACTERS) return listedWhole(letter);
  const shorter = JSON.stringify(JSON.parse(json), (_, value) => {
    if (typeof value !== "string" || value.length <= MAX_VALUE_CHARACTERS) return value;
    return `${value.slice(0, MAX_VALUE_CHARACTERS)}…`;
  });
  const isShort = shorter.length <= MAX_CHARACTERS;
  const beginning = JSON.stringify({ beginning: `${json.slice(0, MAX_VALUE_CHARACTERS)}…` });
  return { ...listedWhole(letter), json: isShort ? shorter : beginning, cut: true };
}
