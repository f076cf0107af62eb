/** What fails the bench: a figure beyond its limit, and one that has a limit and could not be taken. */
import assert from "node:assert/strict";
import { beyondLimits } from "../../scripts/bench/figures.ts";

Deno.test("a figure beyond its limit fails the bench, and so does one that is missing", () => {
  const figure = (name: string, value: number, most?: number) => ({
    name,
    value,
    unit: "MB",
    most,
  });
  const figures = [
    figure("at the limit", 100, 100),
    figure("beyond", 100.1, 100),
    figure("not taken", NaN, 100),
    figure("without a limit", 1e9),
    figure("not taken, without a limit", NaN),
  ];
  assert.deepEqual(beyondLimits(figures).map(({ name }) => name), ["beyond", "not taken"]);
});
