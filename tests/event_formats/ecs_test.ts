/** Events in ECS, held against Elastic's own list of fields. */
import assert from "node:assert/strict";
import { EcsFlat, EcsVersion } from "@elastic/ecs";
import fc from "fast-check";
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

// deno-lint-ignore no-explicit-any
type Json = any;

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly beta?: string;
  readonly allowed_values?: readonly {
    readonly name: string;
    readonly expected_event_types?: readonly string[];
  }[];
}

const FIELDS = EcsFlat as unknown as Readonly<Record<string, Field>>;
const TEXTS = ["keyword", "constant_keyword", "match_only_text"];

async function ecs(record: RawRecord): Promise<Json> {
  return JSON.parse(JSON.stringify(inFormat("ecs", await eventOf(record), COLLECTED_AT_MS)));
}

/** Each field that holds a value, by its name in full. */
function flat(value: Json, path = ""): [string, Json][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flat(inner, path ? `${path}.${name}` : name)
  );
}

function assertValid(formatted: Json): void {
  for (const [name, value] of flat(formatted)) {
    if (name.startsWith("liveperson.")) assertOurs(name, value);
    else assertKnown(name, value);
  }
  assert.equal(formatted.ecs.version, EcsVersion);
  const { category, type } = formatted.event;
  const expected = FIELDS["event.category"].allowed_values!
    .filter(({ name }) => category.includes(name))
    .flatMap((allowed) => allowed.expected_event_types!);
  for (const one of type) assert.ok(expected.includes(one), `${one} of ${category}`);
}

/** A text, under a name that Elasticsearch takes as it is. */
function assertOurs(name: string, value: unknown): void {
  assert.match(name, /^liveperson\.audit\.[A-Za-z]\w*$/);
  assert.equal(typeof value, "string", name);
}

function assertKnown(name: string, value: Json): void {
  const field = FIELDS[name] ?? assert.fail(`ECS has no field ${name}`);
  assert.equal(field.beta, undefined, `${name} is settled`);
  assert.equal(Array.isArray(value), field.normalize.includes("array"), `${name} is a list or not`);
  for (const one of [value].flat()) {
    assert.equal(typeof one, "string", name);
    assert.notEqual(one, "", name);
    if (field.type === "date") assert.equal(new Date(one).toISOString(), one, name);
    else assert.ok(TEXTS.includes(field.type), `${name} is ${field.type}`);
    const allowed = field.allowed_values?.map((allowed) => allowed.name) ?? [one];
    assert.ok(allowed.includes(one), `${name}: ${one}`);
  }
}

Deno.test("every field is one of ECS, with its type and its values, or ours", async () => {
  const names = new Set<string>();
  for (const record of RECORDS) {
    const formatted = await ecs(record);
    assertValid(formatted);
    flat(formatted).forEach(([name]) => names.add(name));
  }
  assert.equal([...names].filter((name) => !name.startsWith("liveperson.")).length, 27);
});

Deno.test("an event is valid ECS whatever its record holds", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecord, async (record) => assertValid(await ecs(record))),
    { seed: 3, numRuns: 1000 },
  );
});

Deno.test("who did what to whom is where rules look for it", async () => {
  const { event, user, related, liveperson, organization } = await ecs(GRAPHQL_RECORD);
  assert.deepEqual([event.category, event.type], [["iam", "configuration"], ["change", "user"]]);
  assert.equal(event.action, "user-update");
  assert.deepEqual(user, {
    id: "3672",
    name: "grace@example.com",
    full_name: "Grace Hopper",
    email: "grace@example.com",
    target: { name: "anna.berg@example.com" },
  });
  assert.deepEqual(related.user, [
    ...["grace@example.com", "Grace Hopper", "3672", "anna.berg@example.com"],
  ]);
  assert.equal(organization.id, "12345678");
  const { element, old_value, new_value, is_lpa } = liveperson.audit;
  assert.deepEqual([element, old_value, new_value, is_lpa], ["Max chats", "3", "5", "false"]);
});

Deno.test("the kind of change and of object decide category, type and action", async () => {
  const told = async (objectType: string | null, actionType: string | null) => {
    const { event, group } = await ecs({ ...GRAPHQL_RECORD, objectType, actionType });
    return [event.category.join(), event.type.join(), event.action, group?.name];
  };
  const name = GRAPHQL_RECORD.objectName;
  assert.deepEqual(await told("Agent Groups", "Add new"), [
    ...["iam,configuration", "creation,group", "agent-group-create", name],
  ]);
  assert.deepEqual(await told("Profiles", "Delete"), [
    ...["iam,configuration", "deletion,admin", "profile-delete", undefined],
  ]);
  assert.deepEqual(await told("Skills", "Edit"), [
    ...["configuration", "change", "skill-update", undefined],
  ]);
  assert.deepEqual(await told("Skills", "Reordered"), [
    ...["configuration", "info", "skill-reordered", undefined],
  ]);
  assert.deepEqual(await told(null, "Edit"), ["configuration", "change", "update", undefined]);
  assert.deepEqual(await told(null, null), ["configuration", "info", undefined, undefined]);
});

Deno.test("without a login name, whoever made the change is named by what there is", async () => {
  const { user, related } = await ecs(REST_RECORD);
  assert.deepEqual(user, { id: "3672", name: "grace", full_name: "grace" });
  assert.deepEqual(related.user, ["grace", "3672"]);
  const nobody = await ecs({ objectType: "Skills", changeDate: REST_RECORD.changeDate });
  assert.deepEqual([nobody.user, nobody.related], [undefined, undefined]);
});

Deno.test("a change whose date can't be read has the time of collection, and says so", async () => {
  const formatted = await ecs({ ...GRAPHQL_RECORD, changeDate: "soon" });
  assert.equal(formatted["@timestamp"], new Date(COLLECTED_AT_MS).toISOString());
  assert.match(formatted.event.reason, /^changeDate could not be read/);
  assert.equal(formatted.liveperson.audit.change_date, "soon");
  const readable = await ecs(GRAPHQL_RECORD);
  assert.deepEqual(
    [readable["@timestamp"], readable.event.created, readable.liveperson.audit.change_date],
    ["2026-03-10T12:00:00.000Z", "2026-03-10T12:05:00.000Z", undefined],
  );
});

Deno.test("fields that nobody knows keep their names, unless Elasticsearch would split or refuse them", async () => {
  const odd = { "a.b": 1, "": "x", object_type: "taken", ["with space"]: null };
  const { liveperson } = await ecs({ ...GRAPHQL_RECORD, ...odd, sessionId: 7, nested: { a: [1] } });
  const { sessionId, nested, other, object_type } = liveperson.audit;
  assert.deepEqual([sessionId, nested, object_type], ["7", '{"a":[1]}', "USER"]);
  assert.deepEqual(JSON.parse(other), odd);
});
