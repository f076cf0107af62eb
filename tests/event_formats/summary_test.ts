/** A change in one sentence: with what there is of it, and never long. */
import assert from "node:assert/strict";
import { summaryOf } from "../../src/event_formats/summary.ts";
import { eventOf, GRAPHQL_RECORD, REST_RECORD } from "./events.ts";

Deno.test("a change is told in one sentence, with what there is of it", async () => {
  const told = async (record: Record<string, unknown>) => summaryOf(await eventOf(record));
  assert.equal(
    await told(GRAPHQL_RECORD),
    'Updated user "anna.berg@example.com" (Max chats), by Grace Hopper.',
  );
  assert.equal(await told(REST_RECORD), "Created agent group (Name), by grace.");
  const moved = { ...REST_RECORD, changeType: "Moved up" };
  assert.equal(await told(moved), "Changed agent group (Name), by grace.");
  assert.equal(await told({}), "Changed object.");
  const long = { ...GRAPHQL_RECORD, objectName: "x".repeat(101), element: { odd: 1 } };
  assert.equal(await told(long), "Updated user, by Grace Hopper.");
});
