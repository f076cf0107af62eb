/** Rows of records that can't be shown, as they are remembered. */
import assert from "node:assert/strict";
import { rowWithin, withoutRow, withRow } from "../../src/engine/unreadable_rows.ts";

const DAY = "2026-03-10";
const rows = (...pairs: readonly [number, number][]) =>
  pairs.map(([offset, records]) => ({ day: DAY, offset, records }));

Deno.test("rows that touch are one", () => {
  const [found] = rows([14, 4]);
  assert.deepEqual(withRow(rows([10, 4], [18, 2], [30, 1]), found), rows([30, 1], [10, 10]));
  assert.deepEqual(withRow(rows([10, 4]), { ...found, day: "2026-03-11" }).length, 2);
});

Deno.test("the first row within a range is found, also if it begins before it", () => {
  const known = rows([30, 1], [10, 4]);
  assert.deepEqual(rowWithin(known, DAY, 0, 500), known[1]);
  assert.deepEqual(rowWithin(known, DAY, 13, 20), known[1]);
  assert.equal(rowWithin(known, DAY, 14, 30), undefined);
  assert.equal(rowWithin(known, "2026-03-11", 0, 500), undefined);
});

Deno.test("twenty are remembered, and one that is forgotten leaves the others", () => {
  const pairs = Array.from({ length: 25 }, (_, i): [number, number] => [10 * i, 1]);
  const known = rows(...pairs).reduce(withRow, rows());
  assert.deepEqual(known, rows(...pairs.slice(5)));
  assert.deepEqual(withoutRow(known, known[3]).length, 19);
});
