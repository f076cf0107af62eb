/** The axes of the charts, and what of a page is kept in its address. Pure. */
import assert from "node:assert/strict";
import { countScale, timeScale } from "../../../src/http/dashboard/axis.ts";
import {
  hrefRefreshing,
  hrefToggled,
  readPageState,
} from "../../../src/http/dashboard/page_state.ts";

Deno.test("an axis of numbers ends at a round one, and its ticks are whole", () => {
  const names = (most: number) => countScale(most).ticks.map(({ name }) => name);
  assert.deepEqual(names(0), ["0", "1"]);
  assert.deepEqual(names(2), ["0", "1", "2"]);
  assert.deepEqual(names(5), ["0", "3", "6"]);
  assert.deepEqual(names(127), ["0", "100", "200"]);
  assert.deepEqual(names(9001), ["0", "5,000", "10,000"]);
  for (let most = 0; most < 20_000; most++) {
    const { top, ticks } = countScale(most);
    assert.ok(top >= most && top <= Math.max(1, 2 * most), `${top} for ${most}`);
    assert.ok(ticks.every(({ value }) => Number.isInteger(value)));
  }
});

Deno.test("an axis of time ends at a length that people use", () => {
  const names = (most: number) => timeScale(most).ticks.map(({ name }) => name);
  assert.deepEqual(names(2), ["0", "5 min", "10 min"]);
  assert.deepEqual(names(3601), ["0", "1 h", "2 h"]);
  assert.deepEqual(names(86_400), ["0", "12 h", "1 d"]);
  assert.deepEqual(names(15 * 86_400), ["0", "8 d", "16 d"]);
});

Deno.test("a page's folds, and whether it refreshes, are in its address", () => {
  const at = (path: string) => readPageState(`https://collector.example${path}`);
  const page = at("/?account=a%26b&open=hours,totals");
  assert.deepEqual([...page.open], ["hours", "totals"]);
  assert.equal(hrefToggled(page, "runs"), "/?account=a%26b&open=hours,totals,runs#runs");
  assert.equal(hrefToggled(page, "hours"), "/?account=a%26b&open=totals#hours");
  assert.equal(hrefToggled(at("/?open=runs"), "runs"), "/#runs");
  assert.equal(page.refreshes, true);
  assert.equal(hrefRefreshing(page, false), "/?account=a%26b&open=hours,totals&refresh=off");
  assert.equal(hrefRefreshing(at("/?refresh=off"), true), "/");
});
