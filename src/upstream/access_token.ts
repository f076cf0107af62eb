/** What an OAuth 2.0 token endpoint answers. Pure. Source: RFC 6749, section 5.1. */
import * as v from "valibot";

export interface AccessToken {
  readonly accessToken: string;
  /** Epoch milliseconds; the token is not used from then on. */
  readonly useUntilMs: number;
}

const TokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expires_in: v.optional(v.pipe(v.unknown(), v.transform(Number), v.number(), v.minValue(1))),
});

const DEFAULT_LIFETIME_SECONDS = 3600;
/** A token is not used in its last minute, or in its last tenth if its lifetime is under ten minutes. */
const MARGIN_SECONDS = 60;

/** The token in the text of an answer; null if there is none. */
export function readAccessToken(text: string, nowMs: number): AccessToken | null {
  try {
    const answer = v.parse(TokenAnswer, JSON.parse(text));
    const lifetime = answer.expires_in ?? DEFAULT_LIFETIME_SECONDS;
    const margin = Math.min(MARGIN_SECONDS, lifetime / 10);
    return { accessToken: answer.access_token, useUntilMs: nowMs + (lifetime - margin) * 1000 };
  } catch {
    return null;
  }
}
