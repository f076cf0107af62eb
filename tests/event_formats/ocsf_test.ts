/** Events in OCSF, held against the contract of every attribute that they use. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as v from "valibot";
import { inFormat } from "../../src/event_formats/index.ts";
import type { RawRecord } from "../../src/sources/liveperson/record.ts";
import {
  anyRecord,
  COLLECTED_AT_MS,
  eventOf,
  GRAPHQL_RECORD,
  RECORDS,
  REST_RECORD,
} from "./events.ts";
import { EntityManagement } from "./ocsf_contract.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

async function ocsf(record: RawRecord): Promise<Json> {
  return JSON.parse(JSON.stringify(inFormat("ocsf", await eventOf(record), COLLECTED_AT_MS)));
}

function assertValid(formatted: Json): void {
  const { issues = [] } = v.safeParse(EntityManagement, formatted);
  assert.deepEqual(issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`), []);
}

Deno.test("every attribute is one of Entity Management, with its type and its values", async () => {
  for (const record of RECORDS) assertValid(await ocsf(record));
});

Deno.test("an event is valid OCSF whatever its record holds", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecord, async (record) => assertValid(await ocsf(record))),
    { seed: 4, numRuns: 1000 },
  );
});

Deno.test("the contract refuses what OCSF refuses", async () => {
  const valid = await ocsf(GRAPHQL_RECORD);
  const wrong: Json[] = [
    { ...valid, time: "2026-03-10T12:00:00.000Z" },
    { ...valid, type_uid: 300401 },
    { ...valid, activity_id: 14 },
    { ...valid, activity_name: "Edit" },
    { ...valid, surprise: 1 },
    { ...valid, actor: {} },
    { ...valid, actor: { user: { full_name: "Grace Hopper" } } },
    { ...valid, entity: { type_id: 2, type: "User" } },
    { ...valid, entity: { ...valid.entity, type: "Users" } },
    { ...valid, metadata: { ...valid.metadata, product: {} } },
    { ...valid, metadata: undefined },
    { ...valid, entity: undefined },
  ];
  for (const one of wrong) assert.ok(!v.is(EntityManagement, one), JSON.stringify(one));
  assertValid(valid);
});

Deno.test("who did what to whom is where rules look for it", async () => {
  const { actor, entity, entity_result, metadata, unmapped, time, activity_id } = await ocsf(
    GRAPHQL_RECORD,
  );
  assert.deepEqual(actor.user, {
    uid: "3672",
    name: "grace@example.com",
    full_name: "Grace Hopper",
  });
  const user = {
    name: "anna.berg@example.com",
    type: "User",
    type_id: 2,
    user: { name: "anna.berg@example.com" },
  };
  assert.deepEqual(entity, { ...user, data: { element: "Max chats", value: "3" } });
  assert.deepEqual(entity_result, { ...user, data: { element: "Max chats", value: "5" } });
  assert.deepEqual([time, activity_id], [Date.parse("2026-03-10T12:00:00Z"), 3]);
  assert.deepEqual([metadata.event_code, metadata.tenant_uid], ["Edit", "12345678"]);
  assert.deepEqual(unmapped, {
    objectType: "USER",
    objectTypeLabel: "Users",
    changeType: "UPDATE",
    originatorAuthType: "SSO",
    originatorIsLpa: false,
  });
});

Deno.test("the kind of change and of object decide activity and entity", async () => {
  const told = async (objectType: string | null, actionType: string | null) => {
    const { activity_id, activity_name, type_uid, entity } = await ocsf({
      ...GRAPHQL_RECORD,
      objectType,
      actionType,
    });
    const of = ["user", "group", "policy"].filter((kind) => kind in entity);
    return [activity_id, activity_name, type_uid, entity.type_id, entity.type, ...of];
  };
  assert.deepEqual(await told("Agent Groups", "Add new"), [
    ...[1, "Create", 300401, 3, "Group", "group"],
  ]);
  assert.deepEqual(await told("Profiles", "Delete"), [4, "Delete", 300404, 5, "Policy", "policy"]);
  assert.deepEqual(await told("Skills", "Moved up"), [99, "Moved up", 300499, 99, "Skills"]);
  assert.deepEqual(await told(null, null), [0, "Unknown", 300400, 0, "Unknown"]);
});

Deno.test("the new value is the entity's result if there is one, else it is unmapped", async () => {
  const deleted = await ocsf({ ...GRAPHQL_RECORD, actionType: "Delete" });
  assert.deepEqual([deleted.entity_result, deleted.unmapped.newValue], [undefined, "5"]);
  const without = await ocsf({ ...GRAPHQL_RECORD, newValue: null });
  assert.deepEqual([without.entity_result, without.unmapped.newValue], [undefined, undefined]);
});

Deno.test("an entity without a name has its type's", async () => {
  const { entity, actor } = await ocsf(REST_RECORD);
  assert.deepEqual(entity, {
    name: "AGENT_GROUP",
    type: "Group",
    type_id: 3,
    data: { element: "Name" },
  });
  assert.deepEqual(actor.user, { uid: "3672", name: "grace", full_name: "grace" });
  assert.equal((await ocsf({})).entity.name, "Unknown");
});

Deno.test("LivePerson's own staff is told from the account's users", async () => {
  const { actor } = await ocsf({ ...GRAPHQL_RECORD, originatorIsLpa: true });
  assert.deepEqual([actor.user.type_id, actor.user.type], [99, "LivePerson staff"]);
  assert.equal((await ocsf({ originatorIsLpa: true })).actor, undefined);
});

Deno.test("a change whose date can't be read has the time of collection, and says so", async () => {
  const { time, metadata, unmapped } = await ocsf({ ...GRAPHQL_RECORD, changeDate: "soon" });
  assert.deepEqual([time, metadata.original_time], [COLLECTED_AT_MS, "soon"]);
  assert.match(unmapped.changeDateError, /^changeDate could not be read/);
});
