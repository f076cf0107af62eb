/**
 * Untrusted text, made harmless wherever people read it: anybody may have chosen the names and values in an
 * audit trail. Pure.
 */

/** White space, control characters, and lone halves of characters. */
const BLANKS = /[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** Control characters except tabs and line breaks, and lone halves of characters. */
const CONTROL = /(?:(?![\t\n\r])[\p{Cc}\p{Cs}])+/gu;
/** They are invisible, and may change the direction of the text or hide in it. */
const INVISIBLE = /\p{Cf}+/gu;

/** One line, without characters that control a terminal, change the direction of the text or hide in it. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, "").replace(BLANKS, " ");
}

/** The same for several lines: line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(INVISIBLE, "").replace(CONTROL, " ");
}

/** Characters of texts that JSON leaves as they are. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as JSON that means the same, and has such characters only as escapes. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (character) =>
      Array.from(
        { length: character.length },
        (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}
