/**
 * Reads the answer of an OAuth 2.0 token endpoint, and what was kept of it. Pure. Source: RFC 6749, section
 * 5.1.
 */
import * as v from "valibot";

export interface AccessToken {
  readonly accessToken: string;
  /** Epoch milliseconds; the token is not used from then on. */
  readonly useUntilMs: number;
}

/** Servers accept some 8 to 16 KB of headers. */
const MAX_CHARACTERS = 8192;

/** What a header can hold: RFC 6749 allows spaces too, which no header of RFC 6750 can have. */
const Token = v.pipe(v.string(), v.maxLength(MAX_CHARACTERS), v.regex(/^[\x21-\x7e]+$/));

const TokenAnswer = v.object({
  access_token: Token,
  expires_in: v.optional(v.pipe(v.unknown(), v.transform(Number), v.number(), v.minValue(1))),
});

const Kept = v.object({ accessToken: Token, useUntilMs: v.number() });

const DEFAULT_LIFETIME_SECONDS = 3600;
/** No token is trusted for longer, whatever its server says. */
const MAX_LIFETIME_SECONDS = 86_400;
/** A token is not used in its last minute, or in its last tenth if its lifetime is under ten minutes. */
const MARGIN_SECONDS = 60;

/** The token in the text of an answer; null if there is none that could be sent. */
export function readAccessToken(text: string, nowMs: number): AccessToken | null {
  try {
    const answer = v.parse(TokenAnswer, JSON.parse(text));
    const told = answer.expires_in ?? DEFAULT_LIFETIME_SECONDS;
    const lifetime = Math.min(told, MAX_LIFETIME_SECONDS);
    const margin = Math.min(MARGIN_SECONDS, lifetime / 10);
    return { accessToken: answer.access_token, useUntilMs: nowMs + (lifetime - margin) * 1000 };
  } catch {
    return null;
  }
}

/**
 * A token that was kept, if it may still be used; otherwise null. If it would be valid for longer than any
 * token is, a clock was wrong when it was issued, or it is not ours.
 */
export function readKeptToken(kept: unknown, nowMs: number): AccessToken | null {
  const parsed = v.safeParse(Kept, kept);
  if (!parsed.success) return null;
  const leftMs = parsed.output.useUntilMs - nowMs;
  return leftMs > 0 && leftMs <= MAX_LIFETIME_SECONDS * 1000 ? parsed.output : null;
}
