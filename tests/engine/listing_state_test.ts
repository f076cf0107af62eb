/** Where the engine stands in the listing: boundaries, what moves them, and the watermark. */
import assert from "node:assert/strict";
import { standingOf } from "../../src/engine/boundary.ts";
import { FINGERPRINT_DIGITS, firstCursor } from "../../src/engine/cursor.ts";
import { ListingState } from "../../src/engine/listing_state.ts";
import type { Listed } from "../../src/engine/ports.ts";
import { CLOCK_TOLERANCE_MS } from "../../src/engine/time.ts";

const DAY = "2026-03-10";
const START = Date.parse(`${DAY}T00:00:00Z`);
const MINUTE = 60_000;
const print = (n: number) => n.toString(16).padStart(FINGERPRINT_DIGITS, "0");
const at = (timeMs: number | null): Listed => ({ timeMs, fingerprint: print(1) });

/** A state with so many records dealt with at each minute, and its place at the last of them. */
function stateWith(counts: readonly number[], firstOffset = 0): ListingState {
  const state = new ListingState(firstCursor(START));
  let offset = firstOffset;
  counts.forEach((count, minute) => {
    const timeMs = START + minute * MINUTE;
    state.moveTo({ day: DAY, offset, beforeMs: timeMs, scope: "" });
    for (let n = 0; n < count; n++) state.deal({ timeMs, fingerprint: print(minute * 100 + n) });
    state.leave(timeMs, count);
    offset += count;
  });
  return state;
}

const boundariesOf = (state: ListingState) =>
  state.boundaries().map(({ beforeMs, offset }) => [(beforeMs - START) / MINUTE, offset]);

for (
  const [name, times, standing] of [
    ["older records before it and none behind it", [1, 2, 3, 5, 6], "holds"],
    ["the end of the listing at it", [1, 2, 3], "holds"],
    ["an older record at it", [1, 2, 3, 3, 5], "inserted"],
    ["an older record behind one without a date", [1, 2, 3, null, 3], "inserted"],
    ["a newer record before it", [1, 2, 5, 5, 6], "fewer"],
    ["a newer record before one without a date", [1, 5, null, 6], "fewer"],
    ["an end before it", [1, 2], "fewer"],
    ["nothing dated around it", [null, null, null, null], "holds"],
  ] as const
) {
  Deno.test(`a boundary with ${name}: ${standing}`, () => {
    const stretch = { offset: 10, records: times.map(at) };
    assert.equal(standingOf(stretch, { beforeMs: 5, offset: 13 }), standing);
  });
}

Deno.test("the boundaries of the window are counted back from the place", () => {
  assert.deepEqual(boundariesOf(stateWith([2, 3, 1], 7)), [[0, 7], [1, 9]]);
});

Deno.test("a late record before the place moves the place and the boundaries behind it", () => {
  const state = stateWith([2, 3, 1], 7);
  const { late } = state.deal({ timeMs: START, fingerprint: print(9) });
  assert.equal(late, false); // nothing newer was dealt with before this reading
  assert.equal(state.place!.offset, 13);
  assert.deepEqual(boundariesOf(state), [[0, 7], [1, 10]]);
});

Deno.test("a record that can't be shown has a slot, and is no reason to wait for it", () => {
  const state = stateWith([2, 1]);
  state.leave(START, 3);
  assert.equal(state.place!.offset, 3);
  assert.equal(state.shownAt(START), 2);
});

Deno.test("the place shifts back record by record, and what was dealt with stays so", () => {
  const state = stateWith([1, 1, 1], 1);
  const offsets = [];
  while (state.shiftBack()) offsets.push([state.place!.offset, ...boundariesOf(state).flat()]);
  assert.deepEqual(offsets, [[2, 0, 1, 1, 2], [1, 0, 1, 1, 1], [0, 0, 0, 1, 0]]);
  assert.notEqual(state.printsAt(START), "");
});

Deno.test("a rebase moves the place by as much as the window's beginning has moved", () => {
  const state = stateWith([2, 3, 1], 7);
  assert.equal(state.rebase(7), false);
  assert.equal(state.rebase(9), true);
  assert.equal(state.place!.offset, 14);
});

Deno.test("the watermark lies the window behind, and never passes the last instant that was read", () => {
  const state = stateWith([1, 1, 1, 1]);
  const late = CLOCK_TOLERANCE_MS + 10 * MINUTE;
  state.moveWatermark(START + late + 2 * MINUTE, 10 * MINUTE);
  assert.equal(state.watermarkMs, START + 2 * MINUTE);
  assert.deepEqual(boundariesOf(state), [[2, 2]]);
  state.moveWatermark(START + late + 60 * MINUTE, 10 * MINUTE);
  assert.equal(state.watermarkMs, START + 3 * MINUTE);
  assert.notEqual(state.printsAt(START + 3 * MINUTE), "");
  state.moveWatermark(START, 10 * MINUTE);
  assert.equal(state.watermarkMs, START + 3 * MINUTE);
});

Deno.test("in another listing nothing is known to be shown, and all that is open stays dealt with", () => {
  const state = stateWith([2, 3, 1], 7);
  state.goTo({ day: "2026-03-11", offset: 0, beforeMs: START, scope: "" });
  assert.equal(state.place!.offset, 0);
  assert.equal(state.shownAt(START), 0);
  assert.equal(state.printsAt(START).length, 2 * FINGERPRINT_DIGITS);
});

Deno.test("what is forgiven is searched for, and stays dealt with", () => {
  const state = stateWith([2, 3, 1], 7);
  state.setBehind(START);
  state.forgive();
  assert.deepEqual([state.place, state.behindSinceMs, state.shownAt(START)], [null, null, 0]);
  assert.equal(state.printsAt(START).length, 2 * FINGERPRINT_DIGITS);
});

Deno.test("a position read back is the same state", () => {
  const state = stateWith([2, 3, 1], 7);
  state.leave(START, 4);
  assert.deepEqual(new ListingState(state.position()).position(), state.position());
});
