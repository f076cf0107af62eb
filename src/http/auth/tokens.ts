/** Which tokens the settings have, and what each allows. Pure. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Rights } from "../../operators/session.ts";
import type { ErrorCode } from "../../errors.ts";
import { digestOf, readTokens } from "../../settings/token_list.ts";

export interface TokenVariables {
  readonly API_TOKEN?: string;
  readonly API_TOKEN_READ?: string;
}

export interface KnownToken {
  /** The setting's name, with a number for the second of two tokens. */
  readonly name: string;
  readonly rights: Rights;
  readonly digest: Uint8Array;
}

const RIGHTS: Readonly<Record<keyof TokenVariables, Rights>> = {
  API_TOKEN: { act: true, readEvents: true },
  API_TOKEN_READ: { act: false, readEvents: false },
};

/** The tokens that open something; if there are none, why. */
export type Tokens = readonly KnownToken[] | { readonly code: ErrorCode; readonly why: string };

/** An invalid token opens nothing; if it is API_TOKEN, no other token does either. */
export function tokensIn(variables: TokenVariables): Tokens {
  if ((variables.API_TOKEN ?? "").trim() === "") {
    return { code: "api_token_missing", why: "API_TOKEN is not set." };
  }
  const problem = tokenProblems(variables)[0];
  if (problem !== undefined) return { code: "api_token_invalid", why: `${problem}.` };
  return NAMES.flatMap((name) =>
    readTokens(variables[name]).map((digest, index) => ({
      name: index === 0 ? name : `${name} ${index + 1}`,
      rights: RIGHTS[name],
      digest,
    }))
  );
}

/** What is wrong with the settings that hold tokens. */
export function tokenProblems(variables: TokenVariables): readonly string[] {
  return NAMES.flatMap((name) => {
    try {
      readTokens(variables[name]);
      return [];
    } catch (error) {
      return [`${name} ${(error as Error).message}`];
    }
  });
}

const NAMES = Object.keys(RIGHTS) as (keyof TokenVariables)[];

/** The token that was given; null if it is none of them. Takes the same time for any. */
export function findToken(tokens: Tokens, given: string): KnownToken | null {
  if ("code" in tokens) return null;
  const digest = digestOf(given);
  const same = tokens.filter((token) => timingSafeEqual(digest, token.digest));
  return same.find(({ rights }) => rights.act) ?? same[0] ?? null;
}

/** Identifies a token to those who have the key, and reveals nothing to anybody else. */
export function markOf({ digest }: KnownToken, key: string): string {
  return createHmac("sha256", key).update("token").update(digest).digest("base64url");
}

/** Compares digests, in constant time. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}
