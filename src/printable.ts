/** Text of strangers, made harmless wherever people read it: names and values in an audit trail are anybody's. Pure. */

/** White space, control characters, and lone halves of characters. */
const BLANKS = /[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** They show nothing, and may turn the direction of what is read, or hide in it. */
const INVISIBLE = /\p{Cf}+/gu;

/** One line, without characters that steer a terminal, turn the direction of a text or hide in it. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, "").replace(BLANKS, " ");
}
