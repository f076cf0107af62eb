/**
 * Signing in by Cloudflare Access: the JWT that it puts into every request is checked by signature,
 * audience, issuer and expiry. Fetches the team's public keys, which `jose` keeps for ten minutes.
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTVerifyGetKey } from "jose";
import { httpOrigin } from "../../settings/hosts.ts";
import { fetchAnswer } from "../../upstream/answer.ts";
import { MAX_SMALL_ANSWER_BYTES } from "../../upstream/answer_limits.ts";

export interface AccessVariables {
  readonly CLOUDFLARE_ACCESS_TEAM_DOMAIN?: string;
  readonly CLOUDFLARE_ACCESS_AUDIENCE?: string;
  readonly CLOUDFLARE_ACCESS_OPERATORS?: string;
}

interface AccessSettings {
  /** The team's origin, which is also the issuer. */
  readonly issuer: string;
  readonly audience: string;
}

export const ACCESS_HEADER = "Cf-Access-Jwt-Assertion";

/** The public keys of each team, by issuer. The caller keeps the map. */
export type TeamKeys = Map<string, JWTVerifyGetKey>;

/** Null unless both settings are valid: then nobody can sign in through Access. */
export function readAccessSettings(variables: AccessVariables): AccessSettings | null {
  const domain = variables.CLOUDFLARE_ACCESS_TEAM_DOMAIN?.trim();
  const audience = variables.CLOUDFLARE_ACCESS_AUDIENCE?.trim();
  if (!domain || !audience) return null;
  try {
    return { issuer: httpOrigin(domain), audience };
  } catch {
    return null;
  }
}

/** Nobody needs a token to make the collector ask for the keys: the answer is read up to a limit. */
function limited(send: typeof fetch) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const limits = { maxBytes: MAX_SMALL_ANSWER_BYTES, signal: init.signal! };
    const { status, text, isWhole } = await fetchAnswer(send, url, init, limits);
    if (!isWhole) throw new Error("The team's keys are larger than they should ever be.");
    return new Response(text, { status });
  };
}

/**
 * Whether the person with this email address may act: everybody may, unless the setting names those who do.
 */
export function mayAct(email: string | null, variables: AccessVariables): boolean {
  const setting = (variables.CLOUDFLARE_ACCESS_OPERATORS ?? "").trim().toLowerCase();
  if (setting === "") return true;
  return email !== null && email !== "" && setting.split(/[\s,]+/).includes(email.toLowerCase());
}

interface Person {
  readonly id: string;
  /** The email address, or whatever other name there is. */
  readonly name: string;
  readonly email: string | null;
}

/** Whom the token vouches for; null if the token is not valid. */
export async function whoIsVouchedFor(
  token: string,
  { issuer, audience }: AccessSettings,
  teamKeys: TeamKeys,
  { fetch, nowMs }: { readonly fetch: typeof globalThis.fetch; readonly nowMs: number },
): Promise<Person | null> {
  let keys = teamKeys.get(issuer);
  if (keys === undefined) {
    keys = createRemoteJWKSet(new URL("/cdn-cgi/access/certs", issuer), {
      [customFetch]: limited(fetch),
    });
    teamKeys.set(issuer, keys);
  }
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256"],
      requiredClaims: ["exp", "iat"],
      currentDate: new Date(nowMs),
    });
    const name = [payload.email, payload.common_name, payload.sub]
      .find((claim) => typeof claim === "string" && claim !== "") as string | undefined;
    if (name === undefined) return null;
    const email = name === payload.email ? name : null;
    return { id: `access/${payload.sub ?? ""}/${name}`, name, email };
  } catch {
    return null; // an invalid token, or keys that can't be fetched: either way nobody is vouched for
  }
}
