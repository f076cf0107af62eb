/**
 * Sentinel, LivePerson's authorization server: gives out tokens for client credentials and
 * remembers which are good. No I/O; the time of day is an argument.
 */

import { Buffer } from "node:buffer";
import { type Inbound, jsonAnswer, type Outbound } from "./loopback_server.ts";

/** An account and the credentials of its one application. */
export interface Account {
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How tokens are given out. */
export interface TokenSettings {
  /** How long a new token is good, in seconds. */
  readonly tokenLifetimeSeconds: number;
  /** Leave `expires_in` out of the answer. */
  readonly omitExpiresIn: boolean;
}

/** The tokens given out and still good. */
export class TokenStore {
  readonly #tokens = new Map<string, { accountId: string; expiresAtMs: number }>();

  /** A new token, unlike any other: shaped like a JWT, though nothing is signed. */
  issue(accountId: string, expiresAtMs: number): string {
    const header = base64url({ alg: "RS256", typ: "JWT" });
    const claims = base64url({ sub: accountId, jti: crypto.randomUUID(), exp: expiresAtMs / 1000 });
    const token = `${header}.${claims}.${base64url(crypto.randomUUID())}`;
    this.#tokens.set(token, { accountId, expiresAtMs });
    return token;
  }

  /** Whether an Authorization header carries a token that is good for the account at this time. */
  accepts(authorization: string | undefined, accountId: string, nowMs: number): boolean {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
    const known = token === undefined ? undefined : this.#tokens.get(token);
    return known !== undefined && known.accountId === accountId && nowMs < known.expiresAtMs;
  }

  /** Makes every token so far worthless. */
  revokeAll(): void {
    this.#tokens.clear();
  }
}

/**
 * Answers a token request for an account; `account` is `undefined` when there is no such account.
 */
export function answerToken(
  request: Inbound,
  account: Account | undefined,
  settings: TokenSettings,
  tokens: TokenStore,
  nowMs: number,
): Outbound {
  const contentType = request.headers["content-type"] ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) {
    return refusal(400, "invalid_request", "The body must be a URL-encoded form");
  }
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  const clientId = form.get("client_id");
  const clientSecret = form.get("client_secret");
  if (!clientId || !clientSecret) {
    return refusal(400, "invalid_request", "client_id and client_secret are required");
  }
  if (form.get("grant_type") !== "client_credentials") {
    return refusal(400, "unsupported_grant_type", "grant_type must be client_credentials");
  }
  if (
    account === undefined || clientId !== account.clientId || clientSecret !== account.clientSecret
  ) {
    return refusal(401, "invalid_client", "The credentials are not this account's");
  }
  const { tokenLifetimeSeconds, omitExpiresIn } = settings;
  return jsonAnswer(200, {
    access_token: tokens.issue(account.accountId, nowMs + tokenLifetimeSeconds * 1000),
    token_type: "Bearer",
    ...(omitExpiresIn ? {} : { expires_in: tokenLifetimeSeconds }),
  });
}

function refusal(status: number, error: string, description: string): Outbound {
  return jsonAnswer(status, { error, error_description: description });
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
