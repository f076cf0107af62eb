/** Microsoft Entra ID, simulated: gives out tokens for Azure Monitor. No I/O; the time of day is an argument. */
import { type Inbound, jsonAnswer, type Outbound } from "./loopback_server.ts";

/** The one application that may sign in. */
export interface Application {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const SCOPE = "https://monitor.azure.com/.default";

/** The tokens given out and still good. */
export class AzureTokens {
  readonly #tokens = new Map<string, { readonly expiresAtMs: number; calls: number }>();

  issue(expiresAtMs: number): string {
    const token = `eyJ0eXAiOiJKV1Qi.${crypto.randomUUID()}`;
    this.#tokens.set(token, { expiresAtMs, calls: 0 });
    return token;
  }

  /** Whether an Authorization header carries a good token; counts the call. */
  takes(authorization: string | undefined, callsPerToken: number, nowMs: number): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
    const known = this.#tokens.get(token ?? "");
    return known !== undefined && nowMs < known.expiresAtMs && ++known.calls <= callsPerToken;
  }

  revokeAll(): void {
    this.#tokens.clear();
  }
}

/** Answers a request for a token. The numbers are Microsoft's AADSTS codes. */
export function answerTokenRequest(
  { headers, path, body }: Inbound,
  { tenantId, clientId, clientSecret }: Application,
  { tokenLifetimeSeconds }: { readonly tokenLifetimeSeconds: number },
  tokens: AzureTokens,
  nowMs: number,
): Outbound {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    return refusal(400, "invalid_request", 900144);
  }
  const form = new URLSearchParams(new TextDecoder().decode(body));
  if (path.split("/")[1] !== tenantId) return refusal(400, "invalid_request", 90002);
  if (form.get("grant_type") !== "client_credentials") {
    return refusal(400, "unsupported_grant_type", 70003);
  }
  if (form.get("scope") !== SCOPE) return refusal(400, "invalid_scope", 70011);
  if (form.get("client_id") !== clientId) return refusal(400, "unauthorized_client", 700016);
  if (form.get("client_secret") !== clientSecret) return refusal(401, "invalid_client", 7000215);
  return jsonAnswer(200, {
    token_type: "Bearer",
    expires_in: tokenLifetimeSeconds,
    ext_expires_in: tokenLifetimeSeconds,
    access_token: tokens.issue(nowMs + tokenLifetimeSeconds * 1000),
  });
}

function refusal(status: number, error: string, code: number): Outbound {
  const error_description = `AADSTS${code}: the application was refused`;
  return jsonAnswer(status, { error, error_description, error_codes: [code] });
}
