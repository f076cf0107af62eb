/**
 * Reads a setting that holds tokens: one, or two while one replaces the other, each as it is or as its
 * SHA-256. Pure.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { text } from "./values.ts";

/** A token with fewer characters might be guessed. */
export const FEWEST_TOKEN_CHARACTERS = 32;
/** An old one and a new one. */
const MOST_TOKENS = 2;
const HASHED = /^sha256:([0-9a-f]{64})$/i;

/** The SHA-256 of each token. */
export type TokenList = readonly Uint8Array[];

/** The setting as a text. A token that is too short closes the routes, and nothing else. */
export const tokenList = v.pipe(
  text,
  v.regex(
    /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/,
    "has characters that a token can't contain",
  ),
);

/**
 * The tokens of a setting; none if it is empty.
 * @throws {Error} whose message goes behind the setting's name
 */
export function readTokens(value: string | undefined): TokenList {
  const words = wordsOf(value);
  if (words.length > MOST_TOKENS) throw new Error(`has more than ${MOST_TOKENS} tokens`);
  return words.map((word) => {
    const hash = HASHED.exec(word)?.[1];
    if (hash !== undefined) return Uint8Array.fromHex(hash);
    if (/^sha256:/i.test(word)) {
      throw new Error("has a sha256: that is not followed by 64 hexadecimal digits");
    }
    if (word.length < FEWEST_TOKEN_CHARACTERS) {
      throw new Error(`must have at least ${FEWEST_TOKEN_CHARACTERS} characters`);
    }
    return digestOf(word);
  });
}

/** The first token that can be sent: one that is not given as a hash. Undefined if there is none. */
export function plainToken(value: string | undefined): string | undefined {
  return wordsOf(value).find((word) => !/^sha256:/i.test(word));
}

export function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

function wordsOf(value: string | undefined): readonly string[] {
  return (value ?? "").split(/\s+/).filter((word) => word !== "");
}
