/** Which tokens are taken from a server, and from what was kept. */
import assert from "node:assert/strict";
import { readAccessToken, readKeptToken } from "../../src/upstream/access_token.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const DAY_MS = 86_400_000;

const answer = (accessToken: unknown, expiresIn: unknown = 3600) =>
  readAccessToken(JSON.stringify({ access_token: accessToken, expires_in: expiresIn }), NOW);

Deno.test("a token is taken if a header can hold it", () => {
  assert.deepEqual(answer("eyJ.a-b_c~+/=="), {
    accessToken: "eyJ.a-b_c~+/==",
    useUntilMs: NOW + 3_540_000,
  });
  const bad = [
    "a\r\nX: 1",
    "a\nb",
    "a b",
    "",
    "é",
    "a\u0000",
    "\u202ea",
    "x".repeat(8193),
    5,
    null,
    ["a"],
  ];
  for (const token of bad) assert.equal(answer(token), null, JSON.stringify(token));
});

Deno.test("no token is used for more than a day, whatever its server says", () => {
  for (const lifetime of [86_401, 1e11, "100000000000", Number.MAX_VALUE]) {
    assert.equal(answer("a", lifetime)?.useUntilMs, NOW + DAY_MS - 60_000, String(lifetime));
  }
  assert.equal(
    readAccessToken('{"access_token":"a","expires_in":1e999}', NOW)?.useUntilMs,
    NOW + DAY_MS - 60_000,
  );
  for (const lifetime of [0, -1, "soon", null, {}]) {
    assert.equal(answer("a", lifetime), null, JSON.stringify(lifetime));
  }
});

Deno.test("what was kept and is not of that form counts as absent", () => {
  const good = { accessToken: "a", useUntilMs: NOW + 1000 };
  assert.deepEqual(readKeptToken(good, NOW), good);
  const bad = [
    null,
    "a",
    {},
    { ...good, accessToken: "a\r\nX: 1" },
    { ...good, useUntilMs: "tomorrow" },
    { ...good, useUntilMs: NOW },
    { ...good, useUntilMs: NOW + 1e14 },
  ];
  for (const kept of bad) assert.equal(readKeptToken(kept, NOW), null, JSON.stringify(kept));
});
