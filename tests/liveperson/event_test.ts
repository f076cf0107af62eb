/** An event's labels, pure: what was never heard of is told as well as it can be. */
import assert from "node:assert/strict";
import { toEvent } from "../../src/liveperson/event.ts";
import { toRecord } from "../../src/liveperson/record.ts";

Deno.test("a label that happens to be the name of a method is a label like any other", () => {
  const raw = {
    objectType: "constructor",
    actionType: "toString",
    changeDate: "2026-03-10 12:00:00.0",
  };
  const { objectType, changeType } = toEvent(toRecord(raw, "1"), 1, "1", 0);
  assert.deepEqual([objectType, changeType], ["CONSTRUCTOR", "TO_STRING"]);
});
