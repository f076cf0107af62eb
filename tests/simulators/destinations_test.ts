/** The simulated destinations, as scripts start them: each kind has one. */
import assert from "node:assert/strict";
import { DESTINATION_IDS } from "../../scripts/simulators/destinations/index.ts";
import { KINDS } from "../../src/destinations/catalog.ts";

Deno.test("there is a simulator for each kind of destination", () => {
  assert.deepEqual(DESTINATION_IDS, KINDS.map(({ id }) => id));
});
