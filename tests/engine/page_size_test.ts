/** How large a page the source gives, and what is remembered of it. */
import assert from "node:assert/strict";
import { PageSize } from "../../src/engine/page_size.ts";

const HOUR = 3_600_000;
const pageSize = (stored: unknown = null, nowMs = 0) => new PageSize(stored, 500, 100, nowMs);

Deno.test("a page that fails is halved, down to two records", () => {
  const size = pageSize();
  const asked = [];
  for (let first = 500; size.shrink(0, first); first = size.size) asked.push(size.size);
  assert.deepEqual(asked, [250, 125, 63, 32, 16, 8, 4, 2]);
});

Deno.test("a size that could be had to the end of what failed is learnt, and tried again after a day", () => {
  const size = pageSize();
  size.shrink(1000, 500);
  size.succeeded(250, 1000, 1250);
  assert.equal(size.memory.ceiling, 500);
  size.shrink(1250, 250);
  for (let reached = 1375; reached <= 1500; reached += 125) {
    size.succeeded(125, reached - 125, reached);
  }
  assert.ok(size.memory.ceiling < 500);
  assert.equal(pageSize(size.memory, 23 * HOUR).size, size.memory.ceiling);
  assert.equal(pageSize(size.memory, 25 * HOUR).size, 500);
});

Deno.test("a single record that could not be shown is no page's size", () => {
  const size = pageSize();
  size.shrink(1000, 500);
  size.excuse();
  size.succeeded(250, 1250, 1500);
  assert.equal(size.memory.ceiling, 500);
});

Deno.test("a short page is the end if it is shorter than any cap, or than another answer", () => {
  const size = pageSize();
  assert.equal(size.isEnd(500, 500), false);
  assert.equal(size.isEnd(99, 500), true);
  assert.equal(size.isEnd(250, 500), null);
  size.succeeded(500, 0, 500);
  assert.equal(size.isEnd(250, 500), true);
});

Deno.test("a cap is learnt, and forgotten once more is shown", () => {
  const size = pageSize();
  size.learnCap(250);
  assert.deepEqual([size.stride, size.isEnd(250, 500), size.isEnd(249, 500)], [250, false, null]);
  const later = pageSize(size.memory, HOUR);
  assert.equal(later.stride, 250);
  later.succeeded(300, 0, 300);
  assert.equal(later.stride, 500);
});

Deno.test("last offsets are remembered for three days' listings, and doubted after six hours", () => {
  const size = pageSize();
  for (const day of ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]) {
    size.learnLastOffset(day, 10_000);
  }
  assert.equal(size.lastOffset("2026-03-07"), Infinity);
  assert.equal(size.lastOffset("2026-03-08"), 10_000);
  assert.equal(pageSize(size.memory, 5 * HOUR).lastOffset("2026-03-10"), 10_000);
  assert.equal(pageSize(size.memory, 7 * HOUR).lastOffset("2026-03-10"), Infinity);
});

Deno.test("a listing that answers no offset at all is remembered as such", () => {
  const size = pageSize();
  size.learnLastOffset("2026-03-10", 0);
  const later = pageSize(JSON.parse(JSON.stringify(size.memory)), HOUR);
  assert.equal(later.lastOffset("2026-03-10"), 0);
});

Deno.test("a memory that is damaged is forgotten", () => {
  assert.equal(pageSize({ ceiling: -1 }).size, 500);
  assert.equal(pageSize("nonsense").size, 500);
});

Deno.test("the next run goes on with the parts of a page that failed", () => {
  const size = pageSize();
  size.shrink(1000, 500);
  size.shrink(1000, 250);
  const later = pageSize(structuredClone(size.memory), HOUR);
  assert.deepEqual([later.size, later.isInParts], [125, true]);
  for (let from = 1000; from < 1500; from += 125) later.succeeded(125, from, from + 125);
  assert.deepEqual([later.isInParts, later.memory.ceiling], [false, 125]);
});

Deno.test("what is read elsewhere does not tell that a failed page was too large", () => {
  const size = pageSize();
  size.shrink(1000, 500);
  size.shrink(1000, 250);
  const later = pageSize(structuredClone(size.memory), HOUR);
  later.succeeded(125, 3000, 3125);
  assert.deepEqual([later.isInParts, later.memory.ceiling], [true, 500]);
  later.succeeded(125, 1375, 1500);
  assert.deepEqual([later.isInParts, later.memory.ceiling], [true, 500]);
});

Deno.test("pages of large records are asked for with fewer, and with more once they are small again", () => {
  const size = pageSize();
  size.succeeded(500, 0, 500, 500 * 100_000);
  assert.equal(size.size, 20);
  assert.equal(pageSize(size.memory, 0).size, 20, "the next run knows it too");
  size.succeeded(20, 500, 520, 20 * 50_000_000);
  assert.equal(size.size, 2);
  for (const [shown, next] of [[2, 4], [4, 8], [8, 16]]) {
    size.succeeded(shown, 520, 540, shown * 500);
    assert.equal(size.size, next);
  }
});

Deno.test("what records usually take is not worth remembering", () => {
  const size = pageSize();
  size.succeeded(500, 0, 500, 500 * 700);
  assert.deepEqual([size.size, size.memory.recordBytes], [500, null]);
});

Deno.test("a page that was too large makes no ceiling: only its own part of the listing is read in small parts", () => {
  const size = pageSize();
  for (let first = 500; first > 4; first = size.size) size.shrink(1000, first, true);
  assert.equal(size.size, 4);
  size.succeeded(4, 1000, 1004, 4 * 500);
  assert.equal(size.size, 8);
  assert.equal(pageSize(size.memory, 0).size, 8);
  for (
    const [from, shown] of [[1004, 8], [1012, 16], [1028, 32], [1060, 64], [1124, 128], [1252, 256]]
  ) {
    size.succeeded(shown, from, from + shown, shown * 500);
  }
  assert.deepEqual([size.size, size.memory.ceiling], [500, 500]);
});
