/** Those whom Cloudflare Access vouches for: all may act, unless the setting names who may. */
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { mayAct } from "../../../src/http/auth/cloudflare_access.ts";
import { ACCOUNT, SECRETS } from "../../environment.ts";
import { PeopleApp } from "./people_app.ts";

const AUDIENCE = "an-audience";

Deno.test("the addresses that may act are compared whole, in any case; without the setting, all may", () => {
  const operators = (CLOUDFLARE_ACCESS_OPERATORS: string) => ({ CLOUDFLARE_ACCESS_OPERATORS });
  for (const none of ["", "  "]) {
    assert.equal(mayAct("eve@example.com", operators(none)), true);
  }
  for (const nobody of [",", " , ,", "none"]) {
    for (const one of ["eve@example.com", "", null]) {
      assert.equal(mayAct(one, operators(nobody)), false, "a setting that names nobody");
    }
  }
  const some = operators("kim@example.com, Jo@Example.com");
  for (const one of ["kim@example.com", "jo@example.com", "KIM@example.com"]) {
    assert.equal(mayAct(one, some), true);
  }
  for (const one of ["eve@example.com", "im@example.com", "kim@example.com,", "", null]) {
    assert.equal(mayAct(one, some), false);
  }
});

Deno.test("whoever is not among them looks at everything and does nothing", async (t) => {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = { ...await exportJWK(publicKey), kid: "key-1", alg: "RS256", use: "sig" };
  await using team = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ keys: [jwk] }),
  );
  const issuer = `http://127.0.0.1:${team.addr.port}`;
  const app = new PeopleApp({
    API_TOKEN: SECRETS.API_TOKEN,
    CLOUDFLARE_ACCESS_TEAM_DOMAIN: issuer,
    CLOUDFLARE_ACCESS_AUDIENCE: AUDIENCE,
    CLOUDFLARE_ACCESS_OPERATORS: "kim@example.com",
  });
  const as = async (claims: Record<string, string>) => {
    const seconds = Math.floor(app.nowMs / 1000);
    const assertion = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "key-1" })
      .setIssuer(issuer).setAudience(AUDIENCE).setIssuedAt(seconds)
      .setExpirationTime(seconds + 600).sign(privateKey);
    return { headers: { "Cf-Access-Jwt-Assertion": assertion } };
  };

  await t.step("one who may act", async () => {
    const kim = await as({ email: "kim@example.com", sub: "kim" });
    assert.match((await app.ask("/", kim)).text, /href="\/actions\/collect/);
    const { text } = await app.ask("/actions/collect", kim);
    const token = /name="token" value="([^"]+)"/.exec(text)![1];
    const form = { account: ACCOUNT, token };
    assert.equal((await app.ask("/actions/collect", { ...kim, form })).status, 303);
    assert.deepEqual(app.lines.at(-1)?.actor, { access: "kim@example.com" });
  });

  await t.step(
    "the form's token stays the same with another API_TOKEN, so it tells nothing of it",
    async () => {
      const kim = await as({ email: "kim@example.com", sub: "kim" });
      const before = app.variables;
      const token = () => app.formToken("", kim.headers);
      const first = await token();
      app.variables = { ...before, API_TOKEN: "another-".repeat(5) };
      assert.equal(await token(), first);
      app.variables = before;
      const jo = await as({ email: "kim@example.com", sub: "another kim" });
      assert.notEqual(await app.formToken("", jo.headers), first);
    },
  );

  await t.step("others, also one whose name only looks like an address", async () => {
    const others: Record<string, string>[] = [
      { email: "eve@example.com", sub: "eve" },
      { common_name: "kim@example.com", sub: "service" },
    ];
    for (const claims of others) {
      const eve = await as(claims);
      const page = await app.ask("/", eve);
      assert.equal(page.status, 200);
      assert.doesNotMatch(page.text, /href="\/actions/);
      assert.equal((await app.ask("/events", eve)).status, 200);
      assert.equal((await app.ask("/actions/collect", eve)).status, 403);
      const { text } = await app.ask("/activity", eve);
      assert.doesNotMatch(text, /Sign out everywhere/);
      // she knows how her form's token would be made, had she the key
      const form = { account: ACCOUNT, token: "guessed" };
      assert.equal((await app.ask("/actions/collect", { ...eve, form })).status, 403);
      assert.equal(app.lines.at(-1)?.outcome, "refused");
    }
  });
});
