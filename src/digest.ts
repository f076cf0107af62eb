/** SHA-256 of many texts, with what every platform has. */

/** The SHA-256 of each text in UTF-8, in the same order, as 64 hexadecimal digits. */
export type Digest = (texts: readonly string[]) => Promise<readonly string[]>;

const utf8 = new TextEncoder();

/**
 * On Workers this takes half as long as `node:crypto`. Under Deno it is the other way around: see
 * `deno/digest.ts`.
 */
export const webDigest: Digest = async (texts) => {
  const hashes = texts.map((text) => crypto.subtle.digest("SHA-256", utf8.encode(text)));
  return (await Promise.all(hashes)).map((hash) => new Uint8Array(hash).toHex());
};
