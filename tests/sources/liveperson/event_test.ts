/** An event's labels, pure: what was never heard of is told as well as it can be. */
import assert from "node:assert/strict";
import { webDigest } from "../../../src/digest.ts";
import { type AuditEvent, toEvent } from "../../../src/sources/liveperson/event.ts";
import { type RawRecord, toRecords } from "../../../src/sources/liveperson/record.ts";

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

async function told(raw: RawRecord): Promise<AuditEvent> {
  const [record] = await toRecords([raw], "1", webDigest);
  return toEvent(record, 1, "1", 0);
}

const CHANGE_DATE = "2026-03-10 12:00:00.0";

Deno.test("what the two formats name differently is all told, if a record has both", async () => {
  const graphql = {
    originator: "Grace",
    originatorUserId: "7",
    actionType: "Edit",
    changeDate: CHANGE_DATE,
  };
  const both = await told({ ...graphql, userId: "8", changedBy: "ada", changeType: "Renamed" });
  const { userId, originatorUserId, changedBy, originator } = both;
  assert.deepEqual([userId, originatorUserId, changedBy, originator], ["8", "7", "ada", "Grace"]);
  const { changeType, changeTypeLabel, actionType } = both;
  assert.deepEqual([changeType, changeTypeLabel, actionType], ["RENAMED", "Renamed", "Edit"]);

  const same = await told({ ...graphql, userId: "7", changedBy: "Grace", changeType: "UPDATE" });
  for (const field of ["originatorUserId", "originator", "changeTypeLabel"]) {
    assert.ok(!(field in same), field);
  }
  assert.deepEqual(
    [same.userId, same.changedBy, same.changeType, same.actionType],
    ["7", "Grace", "UPDATE", "Edit"],
  );
});

Deno.test("every value of a record is in its event, whatever fields it has beside the documented ones", async () => {
  const fields = [
    ...["objectName", "oldValue", "newValue", "element", "userId", "changedBy", "changeType"],
    ...["originator", "originatorLoginName", "originatorUserId", "originatorUserAgent"],
    ...["originatorAuthType", "originatorIsLpa", "objectType", "actionType", "accountId"],
    ...["objectTypeLabel", "changeTypeLabel", "changeDateError", "_time", "event_id", "new"],
  ];
  const raw = Object.fromEntries(fields.map((field) => [field, `value of ${field}`]));
  const values = Object.values(await told({ ...raw, changeDate: CHANGE_DATE }));
  for (const field of fields) assert.ok(values.includes(`value of ${field}`), field);
});

Deno.test("a field that is called __proto__ is told too", async () => {
  const event = await told(JSON.parse(`{"changeDate": "${CHANGE_DATE}", "__proto__": {"a": 1}}`));
  assert.deepEqual(event["source___proto__"], { a: 1 });
  assert.equal(Object.getPrototypeOf(event), Object.prototype);
});

Deno.test("the id of an event is what it was", async () => {
  const raw = { objectType: "Users", userId: "8", originatorUserId: "7", changeDate: CHANGE_DATE };
  assert.equal((await told(raw)).event_id, "0e7ba17c5dcfb9e37f0af757896710d5-1");
});
