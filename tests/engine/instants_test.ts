/** What is new at an instant. */
import assert from "node:assert/strict";
import { FINGERPRINT_DIGITS } from "../../src/engine/cursor.ts";
import { freshAt, freshOf, splitAt, toInstants } from "../../src/engine/instants.ts";
import type { Listed } from "../../src/engine/ports.ts";

const print = (letter: string) => letter.repeat(FINGERPRINT_DIGITS);
const record = (letter: string, timeMs: number | null = 5): Listed => ({
  timeMs,
  fingerprint: print(letter),
});
const UNREADABLE: Listed = { timeMs: null, fingerprint: "", unreadable: true };

/** Records named by letters; `?` can't be shown. */
function shown(letters: string): Listed[] {
  return [...letters].map((letter) => (letter === "?" ? UNREADABLE : record(letter)));
}

function dealt(letters: string): string {
  return [...letters].map(print).join("");
}

/** New ones as their letter and number. */
function named(fresh: ReturnType<typeof freshOf>): string {
  return fresh.map(({ record, occurrence }) => record.fingerprint[0] + occurrence).join(" ");
}

for (
  const [name, now, before, expected] of [
    ["everything is new where nothing was dealt with", "abc", "", "a1 b1 c1"],
    ["what was dealt with is not new, in whatever order it is shown", "cab", "abc", ""],
    ["what was added is new", "cadb", "abc", "d1"],
    ["twins are two", "aa", "", "a1 a2"],
    ["a late twin has the next number", "aab", "ab", "a2"],
    ["a record that is rendered otherwise is no new one", "xbc", "abc", ""],
    ["one that is added beside it is", "xbcd", "abc", "d1"],
    ["fewer than before: nothing is new", "x", "abc", ""],
    ["a record that can't be shown makes no room", "xb?", "ab", ""],
    ["nothing is left of the dropped ones' numbers", "yxx", "ax", "x2"],
  ] as const
) {
  Deno.test(`new at an instant: ${name}`, () => {
    assert.equal(named(freshOf(shown(now), dealt(before))), expected);
  });
}

Deno.test("what two answers show is not added up: twins are two only within one", () => {
  const instant = { timeMs: 5, index: 3, records: shown("abacb") };
  assert.equal(named(freshAt(instant, [6], "")), "a1 b1 a2 c1");
  assert.equal(named(freshAt(instant, [5], "")), "a1 b1 c1");
  assert.equal(named(freshAt(instant, [5], dealt("a"))), "b1 c1");
});

Deno.test("records are put together by instant; one without a date belongs to the one before", () => {
  const records = [record("z", 1), record("a", 5), UNREADABLE, record("b", 7), record("c", 6)];
  const instants = toInstants(records, 1, 2).map(({ timeMs, index, records }) => [
    timeMs,
    index,
    records.length,
  ]);
  assert.deepEqual(instants, [[5, 1, 2], [7, 3, 2]]);
});

Deno.test("the first records without a date belong to the floor", () => {
  const [first] = toInstants([UNREADABLE, record("a", 5)], 0, 4);
  assert.deepEqual([first.timeMs, first.records.length], [4, 1]);
});

Deno.test("a page is split where another answer begins", () => {
  assert.deepEqual(splitAt([1, 2, 3, 4], [-1, 0, 1, 3, 4]), [[1], [2, 3], [4]]);
});
