/** Up to when everything is delivered: of two clocks the earlier one counts, and none from the future. Pure. */
import assert from "node:assert/strict";
import { believable, completeUntil, lagOf } from "../../src/collector/health/complete_until.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { MINUTE_MS } from "../environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const cursor = firstCursor(NOW - 60 * MINUTE_MS);
const progress = startProgress(cursor, true);

Deno.test("at the end of the listing, the earlier of the host's clock and the source's counts", () => {
  const until = (readAtMs: number | null) => completeUntil({ ...progress, readAtMs }, NOW, null);
  assert.equal(until(null), NOW);
  assert.equal(until(NOW - 10 * MINUTE_MS), NOW - 10 * MINUTE_MS);
  assert.equal(until(NOW + 1000), NOW);
});

Deno.test("a listing that ends early is no end, unless nothing turned out to be missing there", () => {
  const gap = { day: "2026-03-10", offset: 1000, afterMs: NOW, beforeMs: null, foundAtMs: NOW };
  const until = (records: number | null) =>
    completeUntil(
      { ...progress, gaps: [{ ...gap, records, why: "beyond the last offset" }] },
      NOW,
      null,
    );
  assert.equal(until(0), NOW);
  for (const records of [null, 5]) assert.equal(until(records), NOW - 60 * MINUTE_MS);
});

Deno.test("with more to read it is the last event met, never less than before, never the future", () => {
  const until = (timeMs: number, beforeMs: number | null) =>
    completeUntil(
      {
        ...progress,
        more: true,
        cursor: { ...cursor, place: { day: "2026-03-10", offset: 0, beforeMs: timeMs, scope: "" } },
      },
      NOW,
      beforeMs,
    );
  assert.equal(until(NOW - 9 * MINUTE_MS, null), NOW - 9 * MINUTE_MS);
  assert.equal(until(NOW - 9 * MINUTE_MS, NOW - 5 * MINUTE_MS), NOW - 5 * MINUTE_MS);
  assert.equal(until(NOW + 9 * MINUTE_MS, null), NOW);
});

Deno.test("what lies in the future is not believed, and a clock that is a little ahead is no lag", () => {
  assert.equal(believable(null, NOW), null);
  assert.equal(believable(NOW + 1, NOW), NOW);
  assert.equal(lagOf(NOW + 4 * MINUTE_MS, NOW), 0);
  assert.equal(lagOf(NOW + 6 * MINUTE_MS, NOW), "clock");
});
