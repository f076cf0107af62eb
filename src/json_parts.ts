/**
 * How many parts a JSON text has. Parsed, an empty object of three characters takes fifty bytes and more:
 * without a limit, 32 MiB of them end an isolate. Pure.
 */

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
const BETWEEN_PARTS = new Set([..."[{,"].map((character) => character.charCodeAt(0)));

/** True if there are more parts than this: members of its objects and lists, at every depth. */
export function hasMoreParts(text: string, most: number): boolean {
  if (text.length <= most) return false; // each part has a character at least
  let parts = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInString = !isInString;
    else if (isInString) at += code === BACKSLASH ? 1 : 0;
    else if (BETWEEN_PARTS.has(code) && ++parts > most) return true;
  }
  return false;
}
