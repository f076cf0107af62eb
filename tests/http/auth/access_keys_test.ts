/** The keys of Cloudflare Access: nobody needs a token to have them fetched, so their size has a limit. */
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { whoIsVouchedFor } from "../../../src/http/auth/cloudflare_access.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");
const SETTINGS = { issuer: "https://acme.cloudflareaccess.com", audience: "application" };
const MOST_BYTES = 64 * 1024;

Deno.test("keys of exactly 64 KiB are read, and one byte more vouches for nobody", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const keys = JSON.stringify({
    keys: [{ ...await exportJWK(publicKey), kid: "1", alg: "RS256" }],
  });
  const token = await new SignJWT({ email: "kim@example.com", sub: "user-1" })
    .setProtectedHeader({ alg: "RS256", kid: "1" })
    .setAudience(SETTINGS.audience)
    .setIssuer(SETTINGS.issuer)
    .setIssuedAt(NOW_MS / 1000 - 60)
    .setExpirationTime(NOW_MS / 1000 + 60)
    .sign(privateKey);
  const vouchedWith = async (bytes: number) => {
    const fetch = () => Promise.resolve(new Response(keys.padEnd(bytes)));
    return await whoIsVouchedFor(token, SETTINGS, new Map(), { fetch, nowMs: NOW_MS });
  };
  assert.equal((await vouchedWith(MOST_BYTES))?.name, "kim@example.com");
  assert.equal(await vouchedWith(MOST_BYTES + 1), null);
});
