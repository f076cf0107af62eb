/** OAuth 2.0 client credentials. Source: developers.liveperson.com, "OAuth 2.0 client credentials". */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { failure } from "./failure.ts";

export interface Token {
  readonly accessToken: string;
  /** Epoch milliseconds; the token is not used from then on. */
  readonly useUntilMs: number;
}

interface Credentials {
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const TokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expires_in: v.optional(v.pipe(v.unknown(), v.transform(Number), v.number(), v.minValue(1))),
});

const DEFAULT_LIFETIME_SECONDS = 3600;
/** A token is not used in its last minute, or in its last tenth if its lifetime is under ten minutes. */
const MARGIN_SECONDS = 60;

/**
 * Signs in.
 * @throws {CollectorError} `credentials_refused`, or what `Upstream.send` throws
 */
export async function requestToken(
  upstream: Upstream,
  authServerOrigin: string,
  credentials: Credentials,
  nowMs: number,
): Promise<Token> {
  const reply = await upstream.send({
    name: "token",
    method: "POST",
    url: `${authServerOrigin}/sentinel/api/v2/account/${credentials.accountId}/app/token`,
    headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
    body: new URLSearchParams({
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      grant_type: "client_credentials",
    }).toString(),
  });
  return readToken(reply, nowMs);
}

function readToken(reply: UpstreamReply, nowMs: number): Token {
  if (reply.status !== 200) {
    throw failure("token", reply, reply.status < 500 ? "credentials_refused" : undefined);
  }
  try {
    const answer = v.parse(TokenAnswer, JSON.parse(reply.text));
    const lifetime = answer.expires_in ?? DEFAULT_LIFETIME_SECONDS;
    const margin = Math.min(MARGIN_SECONDS, lifetime / 10);
    return { accessToken: answer.access_token, useUntilMs: nowMs + (lifetime - margin) * 1000 };
  } catch {
    throw new CollectorError("upstream_unreadable", {
      detail: "The authorization server's answer holds no access token.",
      upstream: { name: "token", status: 200 },
    });
  }
}
