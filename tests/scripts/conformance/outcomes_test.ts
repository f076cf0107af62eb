/** What the conformance script makes of a receiver that agrees, disagrees, fails or isn't there. */
import assert from "node:assert/strict";
import { kindOf } from "../../../src/destinations/catalog.ts";
import type { AnyKind } from "../../../src/destinations/kind.ts";
import type { Comparison } from "../../../scripts/conformance/comparisons/comparison.ts";
import { COMPARISONS } from "../../../scripts/conformance/comparisons/index.ts";
import { LeftOut } from "../../../scripts/conformance/machine/left_out.ts";
import { outcomeOf } from "../../../scripts/conformance/outcomes.ts";

const KIND = {} as AnyKind;
const OPTIONS = { cacheFolder: "unused", nowMs: 0 };

function comparison(compare: Comparison["compare"]): Comparison {
  return { id: "one", receiver: "One", destination: "some", compare };
}

async function verdictOf(compare: Comparison["compare"]) {
  const { verdict, version, because, disagreements } = await outcomeOf(
    comparison(compare),
    KIND,
    OPTIONS,
  );
  return { verdict, version, because, disagreements };
}

Deno.test("a receiver without a disagreement agrees", async () => {
  const found = await verdictOf(() => Promise.resolve({ version: "1.2", disagreements: [] }));
  assert.deepEqual(found, { verdict: "agree", version: "1.2", because: null, disagreements: [] });
});

Deno.test("one disagreement is enough to disagree", async () => {
  const disagreements = ["rows: 2 instead of 1"];
  const found = await verdictOf(() => Promise.resolve({ version: "1.2", disagreements }));
  assert.deepEqual(found, { verdict: "disagree", version: "1.2", because: null, disagreements });
});

Deno.test("a receiver that the machine can't have is left out, and why is said", async () => {
  const found = await verdictOf(() => Promise.reject(new LeftOut("there is no go")));
  assert.equal(found.verdict, "left out");
  assert.equal(found.because, "there is no go");
});

Deno.test("any other failure is a disagreement: a receiver that is there never drops out", async () => {
  const found = await verdictOf(() => Promise.reject(new TypeError("hits is undefined")));
  assert.equal(found.verdict, "disagree");
  assert.deepEqual(found.disagreements, ["TypeError: hits is undefined"]);
});

Deno.test("each comparison is with a destination that there is, and has a name of its own", () => {
  for (const { destination } of COMPARISONS) assert.ok(kindOf(destination), destination);
  assert.equal(new Set(COMPARISONS.map(({ id }) => id)).size, COMPARISONS.length);
});
