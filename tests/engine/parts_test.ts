/** Which part of a refused batch is tried next. */
import assert from "node:assert/strict";
import { Parts } from "../../src/engine/parts.ts";

/** Tries parts until nothing is left or so many are in vain. Returns what was tried. */
function play(
  size: number,
  isBad: (item: number) => boolean,
  { random = () => 0.5, isDoubted = () => false, maxFruitless = Infinity }: {
    random?: () => number;
    isDoubted?: (item: number) => boolean;
    maxFruitless?: number;
  } = {},
) {
  const parts = new Parts(Array.from({ length: size }, (_, item) => item), random, isDoubted);
  const tried: (readonly number[])[] = [];
  for (let part = parts.next; part && parts.fruitless < maxFruitless; part = parts.next) {
    tried.push(part);
    if (part.some(isBad)) parts.refused();
    else parts.answered([], true);
  }
  return { tried, rest: parts.rest };
}

Deno.test("a refused part is halved, the first half first", () => {
  const { tried } = play(4, (item) => item === 2);
  assert.deepEqual(tried, [[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]]);
});

Deno.test("after three refusals the last item is tried, and once it was taken those before it", () => {
  const { tried } = play(16, (item) => item < 10);
  assert.deepEqual(tried.slice(3, 7), [[15], [8, 9, 10, 11, 12, 13, 14], [12, 13, 14], [
    8,
    9,
    10,
    11,
  ]]);
});

Deno.test("where the last item is refused too, any other is tried, and once it was taken those behind it", () => {
  const isBad = (item: number) => item < 40 || item > 50;
  let hits = 0;
  for (let chance = 0; chance < 1; chance += 0.01) {
    const { tried } = play(64, isBad, { random: () => chance });
    assert.deepEqual(tried[3], [63]);
    const taken = tried.findIndex((part) => !part.some(isBad));
    const [item] = tried[taken];
    if (taken !== 6 || tried[taken].length > 1 || item === 50) continue;
    hits++;
    assert.equal(tried[taken + 1][0], item + 1);
  }
  assert.ok(hits > 5, `${hits} hits`);
});

Deno.test("all that lies beside what was taken is found, however long the row of refused items is", () => {
  for (let good = 1; good <= 300; good += 13) {
    const { tried, rest } = play(300, (item) => item < 300 - good, { maxFruitless: 12 });
    assert.ok(rest.every((item) => item < 300 - good), `${good} good ones at the end`);
    assert.ok(tried.length <= 16 + 2 * Math.log2(300));
  }
});

Deno.test("items in doubt are tried one by one, before the others", () => {
  const { tried } = play(5, () => true, { isDoubted: (item) => item % 2 === 1, maxFruitless: 4 });
  assert.deepEqual(tried, [[0, 1, 2, 3, 4], [1], [3], [0, 2, 4]]);
});

Deno.test("what is left stands in order", () => {
  for (let maxFruitless = 1; maxFruitless < 12; maxFruitless++) {
    const { rest } = play(50, () => true, { maxFruitless });
    assert.deepEqual(rest, rest.toSorted((a, b) => a - b));
    assert.ok(rest.length > 50 - 12);
  }
});

Deno.test("what is to be tried again is tried next, and is no progress by itself", () => {
  const parts = new Parts([0, 1, 2, 3], () => 0, () => false);
  parts.refused();
  parts.answered([1], false);
  assert.deepEqual([parts.next, parts.fruitless], [[1], 1]);
  parts.answered([], true);
  assert.deepEqual([parts.next, parts.fruitless], [[2, 3], 0]);
});

Deno.test("where one item after another is refused, what is behind them is tried from its end too", () => {
  const parts = new Parts([0, 1, 2, 3, 4, 5, 6, 7], () => 0.5, () => false);
  const tried: (readonly number[])[] = [];
  for (let left = parts.next; left && tried.length < 4; left = parts.next) {
    tried.push(left);
    parts.refusedAlone(left.slice(1));
  }
  assert.deepEqual(tried.map((part) => part[0]), [0, 1, 2, 7]);
  assert.deepEqual([parts.fruitless, parts.rest], [4, [3, 4, 5, 6]]);
});
