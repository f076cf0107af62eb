/**
 * The access token for the Logs Ingestion API: obtained with client credentials, and kept between runs,
 * encrypted. Does I/O through `Upstream` and the vault. Source: Microsoft identity platform, "OAuth 2.0
 * client credentials flow".
 */
import * as v from "valibot";
import { CollectorError, withUnanswered } from "../../errors.ts";
import type { Vault } from "../../storage/vault.ts";
import { type AccessToken, readAccessToken, readKeptToken } from "../../upstream/access_token.ts";
import { MAX_SMALL_ANSWER_BYTES } from "../../upstream/answer_limits.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { ID } from "./answer.ts";

export interface Application {
  /** Origin of the authorization server. */
  readonly loginOrigin: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

const LABEL = "Microsoft Entra ID";

const Refusal = v.object({ error_codes: v.pipe(v.array(v.number()), v.minLength(1)) });

export class Access {
  #token: AccessToken | null | undefined;

  constructor(
    private readonly application: Application,
    private readonly upstream: Upstream,
    private readonly vault: Vault,
    private readonly now: () => number,
  ) {}

  /**
   * A token that has not expired: the remembered one, or a new one.
   * @throws {CollectorError} `destination_unauthorized`, or what `Upstream.send` throws
   */
  async token(): Promise<string> {
    if (this.#token === undefined) {
      this.#token = readKeptToken(await this.vault.read(), this.now());
    }
    const isGood = this.#token !== null && this.now() < this.#token.useUntilMs;
    return isGood ? this.#token!.accessToken : await this.renew();
  }

  /** A new token, even if the previous one is still valid. */
  async renew(): Promise<string> {
    this.#token = await this.#request();
    await this.vault.write(this.#token);
    return this.#token.accessToken;
  }

  async #request(): Promise<AccessToken> {
    const reply = await this.#ask().catch((error) => {
      // no event was in it, so none can have been taken
      throw error instanceof CollectorError ? withUnanswered(error, 0) : error;
    });
    const token = reply.status === 200 ? readAccessToken(reply.text, this.now()) : null;
    if (token === null) throw failure(reply);
    return token;
  }

  #ask(): Promise<UpstreamReply> {
    const { loginOrigin, tenantId, clientId, clientSecret, scope } = this.application;
    return this.upstream.send({
      name: `${ID}_token`,
      label: LABEL,
      method: "POST",
      url: `${loginOrigin}/${tenantId}/oauth2/v2.0/token`,
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        scope,
        grant_type: "client_credentials",
      }).toString(),
      maxAnswerBytes: MAX_SMALL_ANSWER_BYTES,
    });
  }
}

function failure({ status, text }: UpstreamReply): CollectorError {
  const upstream = { name: ID, status };
  if (status === 200) {
    const detail = `${LABEL} answered 200, but not with an access token.`;
    return new CollectorError("upstream_unreadable", { detail, upstream });
  }
  const code = status === 429
    ? "upstream_rate_limited"
    : status >= 500
    ? "upstream_failed"
    : "destination_unauthorized";
  return new CollectorError(code, {
    detail: `${LABEL} answered ${status}${reasonIn(text)}.`,
    upstream,
  });
}

/** The number by which Microsoft explains a refusal; its text names the application, and is not passed on. */
function reasonIn(text: string): string {
  try {
    const { error_codes: [code] } = v.parse(Refusal, JSON.parse(text));
    return `, AADSTS${code}`;
  } catch {
    return "";
  }
}
