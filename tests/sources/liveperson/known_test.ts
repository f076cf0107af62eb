/** What is read again of what was kept of an account's connection: only what may have been written there. */
import assert from "node:assert/strict";
import { readKnown } from "../../../src/sources/liveperson/known.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const HOUR_MS = 3_600_000;

const HOST = { origin: "https://va-a.acr.liveperson.net", useUntilMs: NOW + HOUR_MS };
const WHOLE = {
  auditHost: HOST,
  authHost: { ...HOST, origin: "https://va.sentinel.liveperson.net" },
  token: { accessToken: "a", useUntilMs: NOW + HOUR_MS },
  refusals: { api: "rest", sinceMs: NOW - HOUR_MS, runs: 2 },
};
const NOTHING = {
  auditHost: undefined,
  authHost: undefined,
  token: undefined,
  refusals: undefined,
};

Deno.test("what was kept is read again", () => {
  assert.deepEqual(readKnown(JSON.parse(JSON.stringify(WHOLE)), NOW), WHOLE);
});

Deno.test("nothing is known where nothing was kept, or something else", () => {
  for (const kept of [null, undefined, 5, "text", [], {}]) {
    assert.deepEqual(readKnown(kept, NOW), NOTHING);
  }
});

Deno.test("a part that is not of its form counts as absent, and the others stay", () => {
  const broken: [keyof typeof WHOLE, unknown][] = [
    ["token", { accessToken: "a\r\nX: 1", useUntilMs: NOW + HOUR_MS }],
    ["token", { accessToken: "a", useUntilMs: NOW + 1e14 }],
    ["auditHost", { ...HOST, origin: "http://example.com" }],
    ["auditHost", { ...HOST, origin: "https://example.com/path" }],
    ["authHost", { ...HOST, useUntilMs: NOW + 1e14 }],
    ["authHost", { ...HOST, useUntilMs: NOW }],
    ["refusals", { api: "soap", sinceMs: NOW, runs: 1 }],
  ];
  for (const [part, value] of broken) {
    const known = readKnown({ ...WHOLE, [part]: value }, NOW);
    assert.deepEqual(known, { ...WHOLE, [part]: undefined }, JSON.stringify(value));
  }
});
