/** What opens the routes: tokens that are long enough, at most two at once, and no hash of them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SECRETS } from "../../environment.ts";
import { PeopleApp, READ } from "./people_app.ts";

const { API_TOKEN } = SECRETS;
const OTHER = "0ther-t0ken-6b2e-88d3-4f10-9c4a-3d0e7f1a2b8c";
const sha256 = (token: string) => `sha256:${createHash("sha256").update(token).digest("hex")}`;

async function statusWith(variables: Record<string, string>, token: string, path = "/status") {
  return (await new PeopleApp(variables).ask(path, { token })).status;
}

Deno.test("a token under 32 characters opens nothing, and the answer says why", async () => {
  for (const short of ["x", "api-t0ken", "a".repeat(31), `${API_TOKEN} x`, "sha256:abc"]) {
    for (const token of [short, short.split(" ")[0]]) {
      const app = new PeopleApp({ API_TOKEN: short });
      const { status, text } = await app.ask("/status", { token });
      const { code, detail, action } = JSON.parse(text);
      assert.deepEqual([status, code], [503, "api_token_invalid"]);
      assert.match(detail, /^API_TOKEN (must have at least 32 characters|has a sha256:)/);
      assert.match(action, /32 characters/);
      assert.equal((await app.ask("/sign-in", { form: { api_token: token } })).status, 503);
      assert.equal((await app.ask("/", {})).status, 503);
    }
  }
  assert.equal(await statusWith({ API_TOKEN: "a".repeat(32) }, "a".repeat(32)), 200);
});

Deno.test("a short API_TOKEN_READ opens nothing either", async () => {
  const variables = { API_TOKEN, API_TOKEN_READ: "x" };
  assert.equal(await statusWith(variables, "x"), 503);
  const { text } = await new PeopleApp(variables).ask("/status", { token: API_TOKEN });
  assert.match(text, /API_TOKEN_READ must have at least 32 characters/);
});

Deno.test("two tokens are valid at once, so that one can be exchanged for the other; three are not", async () => {
  const variables = { API_TOKEN: `${API_TOKEN}  ${OTHER}` };
  for (const token of [API_TOKEN, OTHER]) assert.equal(await statusWith(variables, token), 200);
  for (const token of [`${API_TOKEN} ${OTHER}`, API_TOKEN + OTHER, ""]) {
    assert.equal(await statusWith(variables, token), 401);
  }
  assert.equal(await statusWith({ API_TOKEN: `${API_TOKEN} ${OTHER} ${READ}` }, OTHER), 503);
});

Deno.test("a token may be given as its SHA-256, which itself opens nothing", async () => {
  const variables = { API_TOKEN: `${sha256(API_TOKEN)} ${OTHER}`, API_TOKEN_READ: sha256(READ) };
  for (const token of [API_TOKEN, OTHER, READ]) {
    assert.equal(await statusWith(variables, token), 200);
  }
  for (const token of [sha256(API_TOKEN), sha256(API_TOKEN).slice(7), sha256(READ)]) {
    assert.equal(await statusWith(variables, token), 401);
  }
});

Deno.test("the token that reads opens what only looks, and nothing that acts or has events", async () => {
  const app = new PeopleApp();
  for (const path of ["/status", "/metrics", "/healthz?deep=true", "/openapi.json"]) {
    const { status } = await app.ask(path, { token: READ });
    assert.notEqual(status, 401, path);
    assert.notEqual(status, 403, path);
  }
  const closed: [string, string][] = [
    ["POST", "/collect"],
    ["POST", "/test-connection"],
    ["GET", "/get-events"],
    ["POST", "/get-events"],
    ["GET", "/dead-letters"],
    ["DELETE", "/dead-letters?all=true"],
    ["POST", "/dead-letters/redeliver"],
    ["POST", "/backfill"],
    ["DELETE", "/backfill"],
    ["DELETE", "/cursor"],
    ["GET", "/state"],
    ["POST", "/state"],
  ];
  for (const [method, path] of closed) {
    const { status, text } = await app.ask(path, { method, token: READ });
    assert.deepEqual([status, JSON.parse(text).code], [403, "not_permitted"], path);
  }
});

Deno.test("whoever signs in with it sees the page without actions and without events", async () => {
  const app = new PeopleApp();
  const cookie = await app.signIn(READ);
  const page = await app.ask("/", { cookie });
  assert.equal(page.status, 200);
  assert.doesNotMatch(page.text, /href="\/(actions|events)/);
  for (
    const path of [
      "/actions/collect",
      "/actions/discard?all=true",
      "/events?start=1+day",
      "/events.csv",
      "/events.json",
      "/undelivered?event=abc",
      "/activity",
    ]
  ) {
    assert.equal((await app.ask(path, { cookie })).status, 403, path);
  }
  const form = { token: await app.formToken(cookie), account: "12345678" };
  assert.equal((await app.ask("/actions/collect", { cookie, form })).status, 403);
  const discarded = await app.ask("/actions/discard", { cookie, form: { ...form, all: "true" } });
  assert.equal(discarded.status, 403);
  assert.equal((await app.ask("/sign-out-everywhere", { cookie, form })).status, 403);
  assert.equal((await app.ask("/sign-out", { cookie, form })).status, 303);
});

Deno.test("if both settings hold the same token, it may act", async () => {
  const variables = { API_TOKEN, API_TOKEN_READ: API_TOKEN };
  assert.equal(await statusWith(variables, API_TOKEN, "/get-events"), 200);
});
