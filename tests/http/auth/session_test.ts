/** Sessions of the page: when they end, and that nothing on the page tells anything of the token. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readSessionCookie, sessionCookie } from "../../../src/http/auth/session.ts";
import { HOUR_MS, MINUTE_MS, SECRETS } from "../../environment.ts";
import { NOW_MS } from "../dashboard/sample_app.ts";
import { PeopleApp } from "./people_app.ts";

const { API_TOKEN } = SECRETS;
const ID = "A".repeat(22);

Deno.test("a cookie is valid for twelve hours, and none is for longer", () => {
  const cookie = sessionCookie("key", ID, NOW_MS);
  const read = (nowMs: number, key = "key") => readSessionCookie(cookie, key, nowMs);
  assert.equal(read(NOW_MS), ID);
  assert.equal(read(NOW_MS + 12 * HOUR_MS - 1), ID);
  assert.equal(read(NOW_MS + 12 * HOUR_MS), null);
  assert.equal(read(NOW_MS - 1), null);
  assert.equal(read(NOW_MS, "another"), null);
});

Deno.test("30 minutes without use end a session, use prolongs it, and twelve hours end it anyway", async () => {
  const app = new PeopleApp();
  const cookie = await app.signIn();
  const statusAfter = async (ms: number) => {
    app.nowMs += ms;
    return (await app.ask("/", { cookie })).status;
  };
  for (let i = 0; i < 24; i++) assert.equal(await statusAfter(29 * MINUTE_MS), 200);
  assert.equal(await statusAfter(29 * MINUTE_MS), 401, "after twelve hours");

  const idle = await app.signIn();
  app.nowMs += 30 * MINUTE_MS;
  assert.equal((await app.ask("/", { cookie: idle })).status, 401);
  assert.equal((await app.ask("/docs", { cookie: idle })).status, 401);
});

Deno.test("a page that refreshes by itself is no use", async () => {
  const app = new PeopleApp();
  const cookie = await app.signIn();
  const headers = { "Sec-Fetch-Mode": "navigate" };
  const statuses = [];
  for (let i = 0; i < 4; i++) {
    app.nowMs += 9 * MINUTE_MS;
    statuses.push((await app.ask("/", { cookie, headers })).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 401]);
  const clicked = await app.signIn();
  for (let i = 0; i < 4; i++) {
    app.nowMs += 9 * MINUTE_MS;
    const user = { ...headers, "Sec-Fetch-User": "?1" };
    assert.equal((await app.ask("/", { cookie: clicked, headers: user })).status, 200);
  }
});

Deno.test("signing out ends the session: a copy of its cookie opens nothing", async () => {
  const app = new PeopleApp();
  const [mine, other] = [await app.signIn(), await app.signIn()];
  const form = { token: await app.formToken(mine) };
  assert.equal((await app.ask("/sign-out", { cookie: mine, form })).status, 303);
  assert.equal((await app.ask("/", { cookie: mine })).status, 401);
  assert.equal((await app.ask("/", { cookie: other })).status, 200);
});

Deno.test("a request under way does not bring a session back that was ended meanwhile", async () => {
  const app = new PeopleApp();
  const { operators } = app;
  const id = await operators.startSession({ token: "API_TOKEN", tokenMark: "mark" });
  app.nowMs += 2 * MINUTE_MS; // so that its use is noted
  await Promise.all([operators.findSession(id, true), operators.endSession(id)]);
  assert.equal(await operators.findSession(id, true), null);
});

Deno.test("signing out everywhere ends every session", async () => {
  const app = new PeopleApp();
  const cookies = [await app.signIn(), await app.signIn(), await app.signIn()];
  const form = { token: await app.formToken(cookies[0]) };
  const answer = await app.ask("/sign-out-everywhere", { cookie: cookies[0], form });
  assert.equal(answer.status, 303);
  for (const cookie of cookies) assert.equal((await app.ask("/", { cookie })).status, 401);
});

Deno.test("a session ends with the token that it was started with", async () => {
  const app = new PeopleApp({ API_TOKEN: `${API_TOKEN} ${"n".repeat(32)}` });
  const cookie = await app.signIn(API_TOKEN);
  assert.equal((await app.ask("/", { cookie })).status, 200);
  app.variables = { API_TOKEN: "n".repeat(32) };
  assert.equal((await app.ask("/", { cookie })).status, 401);
});

Deno.test("the form's token and the cookie tell nobody whether a guess at API_TOKEN is right", async () => {
  const tokens = await Promise.all([1, 2].map(async () => {
    const app = new PeopleApp();
    const cookie = await app.signIn();
    const id = cookie.split(".")[1];
    // as the keys once were made: from the token, the only thing that isn't known
    for (const use of ["form", "session", "notice"]) {
      for (const version of [1, 2]) {
        const key = createHmac("sha256", API_TOKEN).update(`status page, ${use}, ${version}`)
          .digest();
        const guess = createHmac("sha256", key).update(id).digest("base64url");
        assert.notEqual(await app.formToken(cookie), guess);
      }
    }
    return await app.operators.pageKey();
  }));
  assert.notEqual(tokens[0], tokens[1], "each deployment has a key of its own");
  assert.match(tokens[0], /^[\w-]{43}$/);
});

Deno.test("the page's key is made once, whoever asks for it first", async () => {
  const { operators } = new PeopleApp();
  const keys = await Promise.all(Array.from({ length: 20 }, () => operators.pageKey()));
  assert.equal(new Set(keys).size, 1);
});
