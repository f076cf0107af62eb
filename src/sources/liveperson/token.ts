/** OAuth 2.0 client credentials. Source: developers.liveperson.com, "OAuth 2.0 client credentials". */
import { CollectorError } from "../../errors.ts";
import { type AccessToken, readAccessToken } from "../../upstream/access_token.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { failure } from "./failure.ts";

interface Credentials {
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Signs in.
 * @throws {CollectorError} `credentials_refused`, or what `Upstream.send` throws
 */
export async function requestToken(
  upstream: Upstream,
  authServerOrigin: string,
  credentials: Credentials,
  nowMs: number,
): Promise<AccessToken> {
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

function readToken(reply: UpstreamReply, nowMs: number): AccessToken {
  if (reply.status !== 200) {
    throw failure("token", reply, reply.status < 500 ? "credentials_refused" : undefined);
  }
  const token = readAccessToken(reply.text, nowMs);
  if (token !== null) return token;
  throw new CollectorError("upstream_unreadable", {
    detail: "The authorization server's answer contains no access token.",
    upstream: { name: "token", status: 200 },
  });
}
