/** A letter as a list shows it: long values are cut, so that a list of large events can be answered. Pure. */
import { plainText } from "../../event_formats/plain_text.ts";
import { cut } from "../../format.ts";
import { eventOf } from "./letter_event.ts";
import type { KeptLetter } from "./kept_letter.ts";

export interface ListedLetter extends Omit<KeptLetter, "origin"> {
  /** Who made the change, what it was, and of which object; null where the event doesn't say. */
  readonly who: string | null;
  readonly what: string | null;
  readonly object: string | null;
  /** True if `json` is not the whole event. */
  readonly cut: boolean;
}

/** Of a longer name, only the beginning is shown. */
const MAX_TOLD_CHARACTERS = 100;
/** A larger event is cut in lists. */
const MAX_CHARACTERS = 64 * 1024;
/** How much of a long value is then left. */
const MAX_VALUE_CHARACTERS = 1024;

export function listedWhole(whole: KeptLetter): ListedLetter {
  const { origin: _, ...letter } = whole;
  return { ...letter, ...toldOf(whole), cut: false };
}

function toldOf(letter: KeptLetter): Pick<ListedLetter, "who" | "what" | "object"> {
  const event = eventOf(letter);
  // of an event that was not kept, only what identifies it is there
  if (!("objectType" in event)) return { who: null, what: null, object: null };
  const type = plainText(event.objectType);
  const name = plainText(event.objectName);
  return {
    who: shortened(event.changedBy),
    what: shortened([event.changeType, event.element].filter(plainText).join(", ")),
    object: shortened([type, name].filter((part) => part !== undefined).join(": ")),
  };
}

function shortened(value: unknown): string | null {
  const text = plainText(value);
  return text === undefined ? null : cut(text, MAX_TOLD_CHARACTERS);
}

/** The letter with at most this much of its event, which is still JSON. */
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
