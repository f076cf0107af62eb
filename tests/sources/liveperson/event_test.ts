/** An event's labels, pure: what was never heard of is told as well as it can be. */
import assert from "node:assert/strict";
import { webDigest } from "../../../src/digest.ts";
import { toEvent } from "../../../src/sources/liveperson/event.ts";
import { toRecords } from "../../../src/sources/liveperson/record.ts";

Deno.test("a label that happens to be the name of a method is a label like any other", async () => {
  const raw = {
    objectType: "constructor",
    actionType: "toString",
    changeDate: "2026-03-10 12:00:00.0",
  };
  const [record] = await toRecords([raw], "1", webDigest);
  const { objectType, changeType } = toEvent(record, 1, "1", 0);
  assert.deepEqual([objectType, changeType], ["CONSTRUCTOR", "TO_STRING"]);
});
