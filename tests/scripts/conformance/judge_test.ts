/** The judge of the conformance script. */
import assert from "node:assert/strict";
import { Judge } from "../../../scripts/conformance/judge.ts";
import { CollectorError } from "../../../src/errors.ts";

Deno.test("what is as it must be is no disagreement", async () => {
  const judge = new Judge();
  judge.holds("a fact", true);
  judge.equal("a value", { a: [1, null] }, { a: [1, null] });
  await judge.fails(
    "a wrong key",
    "destination_unauthorized",
    () => Promise.reject(new CollectorError("destination_unauthorized", { detail: "" })),
  );
  assert.deepEqual(judge.disagreements, []);
});

Deno.test("whatever else is told, with what was found and what was expected", async () => {
  const judge = new Judge();
  judge.holds("a batch is delivered", false);
  judge.equal("rows", 2, 1);
  judge.equal("content", { a: "1" }, { a: 1 });
  await judge.fails("a wrong key", "destination_unauthorized", () => Promise.resolve("taken"));
  await judge.fails(
    "a wrong key",
    "destination_unauthorized",
    () => Promise.reject(new CollectorError("upstream_failed", { detail: "" })),
  );
  await judge.fails(
    "a wrong key",
    "destination_unauthorized",
    () => Promise.reject(new Error("something else")),
  );
  assert.deepEqual(judge.disagreements, [
    "a batch is delivered",
    "rows: 2 instead of 1",
    'content: {"a":"1"} instead of {"a":1}',
    'a wrong key: it answered "taken" instead of destination_unauthorized',
    'a wrong key: "upstream_failed" instead of "destination_unauthorized"',
    'a wrong key: "Error: something else" instead of "destination_unauthorized"',
  ]);
});

Deno.test("a long value is cut", () => {
  const judge = new Judge();
  judge.equal("content", "x".repeat(1000), "");
  assert.ok(judge.disagreements[0].length < 400);
});
