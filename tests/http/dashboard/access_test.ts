/** Cloudflare Access on the real bundle: a token lets in only if signature, audience, issuer and expiry hold. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { readSettings } from "../../../src/pipelines/settings.ts";
import { SECRETS } from "../../environment.ts";
import { Stage } from "../../cloudflare/stage.ts";

const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

Deno.test("Cloudflare Access", async (t) => {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const { privateKey: anotherKey } = await generateKeyPair("RS256");
  const jwk = { ...await exportJWK(publicKey), kid: "key-1", alg: "RS256", use: "sig" };
  const asked: string[] = [];
  await using team = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      asked.push(new URL(request.url).pathname);
      return Response.json({ keys: [jwk] });
    },
  );
  const issuer = `http://127.0.0.1:${team.addr.port}`;
  await using stage = await Stage.open({
    settings: {
      CLOUDFLARE_ACCESS_TEAM_DOMAIN: `${issuer}/`,
      CLOUDFLARE_ACCESS_AUDIENCE: AUDIENCE,
    },
  });

  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = { email: "kim@example.com", sub: "user-1" };
  const token = (changes: {
    claims?: Record<string, unknown>;
    key?: typeof privateKey;
    audience?: string;
    issuer?: string;
    expires?: number;
  } = {}) =>
    new SignJWT({ ...claims, ...changes.claims })
      .setProtectedHeader({ alg: "RS256", kid: "key-1" })
      .setAudience([changes.audience ?? AUDIENCE])
      .setIssuer(changes.issuer ?? issuer)
      .setIssuedAt(nowSeconds - 60)
      .setExpirationTime(changes.expires ?? nowSeconds + 600)
      .sign(changes.key ?? privateKey);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = { ...claims, aud: [AUDIENCE], iss: issuer, iat: nowSeconds, exp: nowSeconds + 600 };

  const get = (path: string, assertion: string) =>
    stage.request("GET", path, {
      token: null,
      headers: { "Cf-Access-Jwt-Assertion": assertion },
    });

  await t.step("a good token lets in, by name, and the keys are fetched once", async () => {
    for (const path of ["/", "/events", "/actions/collect"]) {
      const { status, text } = await get(path, await token());
      assert.equal(status, 200);
      assert.match(text, /kim@example\.com/);
      assert.match(text, /href="\/cdn-cgi\/access\/logout"/);
    }
    assert.deepEqual(asked, ["/cdn-cgi/access/certs"]);
  });

  await t.step("any other is refused", async () => {
    const good = await token();
    const [header, payload, signature] = good.split(".");
    const bad: Record<string, string> = {
      "another key's signature": await token({ key: anotherKey }),
      "another audience": await token({ audience: "another-application" }),
      "another issuer": await token({ issuer: "https://another.cloudflareaccess.com" }),
      "expired": await token({ expires: nowSeconds - 1 }),
      "alg none": `${encode({ alg: "none" })}.${encode(body)}.`,
      "alg none, with a signature": `${encode({ alg: "none" })}.${payload}.${signature}`,
      "signed with the public key as a secret": await new SignJWT(body)
        .setProtectedHeader({ alg: "HS256", kid: "key-1" })
        .sign(new TextEncoder().encode(JSON.stringify(jwk))),
      "no expiry": await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "key-1" })
        .setAudience(AUDIENCE).setIssuer(issuer).setIssuedAt().sign(privateKey),
      "changed": `${header}.${encode({ ...body, email: "eve@example.com" })}.${signature}`,
      "nobody": await token({ claims: { email: "", sub: "" } }),
      "rubbish": "rubbish",
    };
    for (const [name, assertion] of Object.entries(bad)) {
      const { status, text } = await get("/", assertion);
      assert.equal(status, 401, name);
      assert.match(text, /its token was not accepted/);
      assert.doesNotMatch(text, /example\.com|Waiting/);
    }
  });

  await t.step("it opens the page only, and forms are bound to the person", async () => {
    const assertion = await token();
    for (const path of ["/status", "/get-events", "/dead-letters"]) {
      assert.equal((await get(path, assertion)).status, 401, path);
    }
    const formOf = async (assertion: string) =>
      /name="token" value="([^"]+)"/.exec((await get("/actions/collect", assertion)).text)![1];
    const post = (formToken: string) =>
      stage.worker.fetch("/actions/collect", {
        method: "POST",
        redirect: "manual",
        headers: { "Cf-Access-Jwt-Assertion": assertion, Origin: stage.worker.url },
        body: new URLSearchParams({ account: "12345678", token: formToken }),
      });
    const foreign = await formOf(await token({ claims: { email: "eve@example.com", sub: "eve" } }));
    const refused = await post(foreign);
    await refused.body?.cancel();
    assert.equal(refused.status, 403);
    assert.deepEqual(stage.asked(), {});
    const done = await post(await formOf(assertion));
    await done.body?.cancel();
    assert.equal(done.status, 303);
    assert.ok(stage.asked().audit >= 1);
  });

  await t.step("the API token still signs in", async () => {
    const response = await stage.worker.fetch("/sign-in", {
      method: "POST",
      redirect: "manual",
      headers: { Origin: stage.worker.url },
      body: new URLSearchParams({ api_token: SECRETS.API_TOKEN }),
    });
    await response.body?.cancel();
    assert.equal(response.status, 303);
  });
});

Deno.test("without its settings, no Access token lets anybody in", async () => {
  await using stage = await Stage.open();
  const { status } = await stage.request("GET", "/", {
    token: null,
    headers: { "Cf-Access-Jwt-Assertion": "a.b.c" },
  });
  assert.equal(status, 401);
});

Deno.test("the two settings of Access are set both or not at all, and the team's by https", () => {
  const account = {
    LIVEPERSON_ACCOUNT_ID: "le1",
    LIVEPERSON_CLIENT_ID: "client",
    LIVEPERSON_CLIENT_SECRET: "s3cret",
  };
  const domain = { CLOUDFLARE_ACCESS_TEAM_DOMAIN: "https://team.cloudflareaccess.com" };
  const audience = { CLOUDFLARE_ACCESS_AUDIENCE: AUDIENCE };
  const read = (given: object) => readSettings({ ...account, ...given }, "workers");
  assert.equal(
    read({ ...domain, ...audience }).CLOUDFLARE_ACCESS_TEAM_DOMAIN,
    "https://team.cloudflareaccess.com",
  );
  assert.throws(() => read(domain), /CLOUDFLARE_ACCESS_AUDIENCE is not set/);
  assert.throws(() => read(audience), /CLOUDFLARE_ACCESS_TEAM_DOMAIN is not set/);
  const plain = { CLOUDFLARE_ACCESS_TEAM_DOMAIN: "http://team.cloudflareaccess.com" };
  assert.throws(() => read({ ...plain, ...audience }), /must use https/);
});
