/** Texts that are too long for one value of a store are kept in parts. Pure. */

/** The parts of a text, at least one, each of at most `partLength` UTF-16 units. */
export function splitText(text: string, partLength: number): string[] {
  const count = Math.max(1, Math.ceil(text.length / partLength));
  return Array.from(
    { length: count },
    (_, part) => text.slice(part * partLength, (part + 1) * partLength),
  );
}
