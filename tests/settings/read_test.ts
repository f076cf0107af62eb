/** What of the variables counts as a setting. */
import assert from "node:assert/strict";
import { givenSettings } from "../../src/settings/read.ts";

Deno.test("texts that are not empty and bindings count as set, nothing else does", () => {
  const bucket = { put() {} };
  const variables = { A: "a", B: " ", C: "", D: null, E: undefined, F: bucket, G: 1, H: "h" };
  assert.deepEqual(givenSettings(["A", "B", "C", "D", "E", "F", "G", "I"], variables), {
    A: "a",
    F: bucket,
  });
});
