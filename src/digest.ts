/** SHA-256 of many texts, with what every platform has. */

/** The first 128 bits of the SHA-256 of each text in UTF-8, in the same order, as 32 hexadecimal digits. */
export type Digest = (texts: readonly string[]) => Promise<readonly string[]>;

const utf8 = new TextEncoder();

/** Each text is encoded here in turn: `digest` copies what it is given before it returns. */
const scratch = new Uint8Array(16 * 1024);

/**
 * On Workers this takes half as long as `node:crypto`. Under Deno it is the other way around: see
 * `deno/digest.ts`.
 */
export const webDigest: Digest = async (texts) => {
  const hashes = texts.map((text) => crypto.subtle.digest("SHA-256", encoded(text)));
  return (await Promise.all(hashes)).map((hash) => new Uint8Array(hash, 0, 16).toHex());
};

function encoded(text: string): Uint8Array<ArrayBuffer> {
  const { read, written } = utf8.encodeInto(text, scratch);
  return read === text.length ? scratch.subarray(0, written) : utf8.encode(text);
}
