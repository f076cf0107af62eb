/**
 * The content of a dead letter as the page shows it: limited in length, and without characters that turn or
 * hide text. Pure.
 */
import { Buffer } from "node:buffer";

export const MAX_CONTENT_BYTES = 64 * 1024;

/** They are invisible, and may change the direction of the text or hide in it. */
const INVISIBLE = /\p{Cf}/gu;

/** The JSON on several lines; invisible characters are escaped as in JSON. */
export function contentOf(json: string): { readonly text: string; readonly isCut: boolean } {
  const whole = Buffer.from(indented(json).replace(INVISIBLE, escaped));
  if (whole.length <= MAX_CONTENT_BYTES) return { text: whole.toString(), isCut: false };
  const beginning = whole.subarray(0, MAX_CONTENT_BYTES).toString();
  return { text: `${beginning.replace(/\ufffd+$/, "")}…`, isCut: true };
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json; // a destination's line need not be JSON
  }
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
