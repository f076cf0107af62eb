/** Gaps that are told again. */
import assert from "node:assert/strict";
import { type Gap, mergeGaps } from "../../src/engine/progress.ts";

const GAP: Gap = {
  day: "2026-03-10",
  offset: 7,
  records: 3,
  afterMs: 5,
  beforeMs: null,
  foundAtMs: 100,
  why: "unreadable",
};

Deno.test("a gap at the same place is told once, with when it was found first", () => {
  assert.deepEqual(mergeGaps([GAP], [{ ...GAP, foundAtMs: 200 }]), [GAP]);
});

Deno.test("a gap at a place where another one was told before holds both", () => {
  const [both, ...others] = mergeGaps([GAP], [{ ...GAP, records: null, afterMs: 4 }]);
  assert.deepEqual([both.records, both.afterMs, others], [null, 4, []]);
});

Deno.test("gaps at other places, of other days and of other kinds are others", () => {
  const others: Gap[] = [
    { ...GAP, offset: 8 },
    { ...GAP, day: "2026-03-11" },
    { ...GAP, why: "beyond the last offset" },
  ];
  assert.equal(mergeGaps([GAP], others).length, 4);
});

Deno.test("what was never shown of an instant is told as it was seen last, wherever that stands", () => {
  const known: Gap = { ...GAP, why: "never shown" };
  const later = { ...known, day: "2026-03-11", offset: 0, records: 1 };
  assert.deepEqual(mergeGaps([known], [later]), [later]);
  assert.equal(mergeGaps([known], [{ ...known, afterMs: 6 }]).length, 2);
});
