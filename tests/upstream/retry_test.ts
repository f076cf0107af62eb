/** The retry rule, pure: what is tried again, how often, and after how long. */
import assert from "node:assert/strict";
import { type RetryLimits, retryWaitMs } from "../../src/upstream/retry.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const LIMITS: RetryLimits = { retryDelayMs: 5000, deadlineMs: NOW + 120_000, requestsLeft: 10 };

const reply = (status: number, headers: Record<string, string> = {}, text = "") => ({
  status,
  text,
  headers: new Headers(headers),
});

Deno.test("three retries, after 5, 10 and 15 seconds", () => {
  for (const outcome of [null, reply(500), reply(503), reply(429)]) {
    const waits = [1, 2, 3, 4].map((attempt) => retryWaitMs(outcome, attempt, NOW, LIMITS));
    assert.deepEqual(waits, [5000, 10_000, 15_000, null]);
  }
});

Deno.test("a success, a redirect and a refusal are final", () => {
  for (const status of [200, 204, 301, 302, 400, 401, 403, 404, 413]) {
    assert.equal(retryWaitMs(reply(status), 1, NOW, LIMITS), null, String(status));
  }
});

Deno.test("Retry-After says how long to wait, in seconds or as a date", () => {
  const waitMs = (value: string) =>
    retryWaitMs(reply(429, { "Retry-After": value }), 1, NOW, LIMITS);
  assert.equal(waitMs("0"), 0);
  assert.equal(waitMs("7"), 7000);
  assert.equal(waitMs("Tue, 10 Mar 2026 12:00:09 GMT"), 9000);
  assert.equal(waitMs("Tue, 10 Mar 2026 11:00:00 GMT"), 0);
  assert.equal(waitMs("soon"), 5000);
});

Deno.test("no retry begins after the deadline, nor when the requests are used up", () => {
  assert.equal(retryWaitMs(null, 1, NOW, { ...LIMITS, deadlineMs: NOW + 5000 }), null);
  assert.equal(retryWaitMs(null, 1, NOW, { ...LIMITS, deadlineMs: NOW + 5001 }), 5000);
  assert.equal(retryWaitMs(reply(429, { "Retry-After": "3600" }), 1, NOW, LIMITS), null);
  assert.equal(retryWaitMs(null, 1, NOW, { ...LIMITS, requestsLeft: 0 }), null);
});

Deno.test("a request may decide by the answer's body; no answer is always worth a retry", () => {
  const unlessFinal = ({ text }: { text: string }) => text !== "final";
  assert.equal(retryWaitMs(reply(500, {}, "final"), 1, NOW, LIMITS, unlessFinal), null);
  assert.equal(retryWaitMs(reply(500, {}, "busy"), 1, NOW, LIMITS, unlessFinal), 5000);
  assert.equal(retryWaitMs(null, 1, NOW, LIMITS, () => false), 5000);
});
