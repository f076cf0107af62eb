/** When a wire format may be left that has worked before, pure. */
import assert from "node:assert/strict";
import {
  isLasting,
  type Refusals,
  withRefusedRun,
} from "../../../src/sources/liveperson/changeover.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const MINUTE_MS = 60_000;

/** The refusals after runs at these minutes. */
function refused(...minutes: number[]): Refusals {
  let refusals: Refusals | undefined;
  for (const minute of minutes) {
    refusals = withRefusedRun(refusals, "graphql", NOW + minute * MINUTE_MS);
  }
  return refusals!;
}

Deno.test("refusals last from the third run on, and an hour after the first", () => {
  assert.equal(isLasting(refused(0), NOW), false);
  assert.equal(isLasting(refused(0, 90), NOW + 90 * MINUTE_MS), false, "two runs");
  assert.equal(isLasting(refused(0, 5, 10, 15, 59), NOW + 59 * MINUTE_MS), false, "59 minutes");
  assert.equal(isLasting(refused(0, 5, 60), NOW + 60 * MINUTE_MS), true);
});

Deno.test("refusals of one format say nothing of the other", () => {
  const other = withRefusedRun(refused(0, 5, 10), "rest", NOW);
  assert.deepEqual(other, { api: "rest", sinceMs: NOW, runs: 1 });
});
