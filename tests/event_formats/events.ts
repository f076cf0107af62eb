/** Events for the tests of the formats: usual ones, and whatever a record may hold. Pure. */
import fc from "fast-check";
import { webDigest } from "../../src/digest.ts";
import { type AuditEvent, toEvent } from "../../src/sources/liveperson/event.ts";
import { type RawRecord, toRecords } from "../../src/sources/liveperson/record.ts";

export const COLLECTED_AT_MS = Date.UTC(2026, 2, 10, 12, 5);

export async function eventOf(raw: RawRecord): Promise<AuditEvent> {
  const [record] = await toRecords([raw], "12345678", webDigest);
  return toEvent(record, 1, "12345678", COLLECTED_AT_MS);
}

/** As GraphQL answers it. */
export const GRAPHQL_RECORD: RawRecord = {
  accountId: "12345678",
  objectType: "Users",
  objectName: "anna.berg@example.com",
  actionType: "Edit",
  element: "Max chats",
  oldValue: "3",
  newValue: "5",
  changeDate: "2026-03-10 12:00:00.0",
  originator: "Grace Hopper",
  originatorLoginName: "grace@example.com",
  originatorUserId: "3672",
  originatorUserAgent: "Mozilla/5.0 (X11; Linux x86_64)",
  originatorAuthType: "SSO",
  originatorIsLpa: false,
};

/** As the `rest` dialect answers it. */
export const REST_RECORD: RawRecord = {
  changeDate: "2026-03-10T12:00:00Z",
  accountId: "12345678",
  objectType: "AGENT_GROUP",
  element: "Name",
  changeType: "CREATE",
  userId: "3672",
  changedBy: "grace",
};

/** Combinations of what decides how a change is told. */
export const RECORDS: readonly RawRecord[] = [
  GRAPHQL_RECORD,
  REST_RECORD,
  ...["Users", "Agent Groups", "Profiles", "Skills", "SKILL", "Something new", null].flatMap(
    (objectType) =>
      ["Add new", "Edit", "Delete", "Reordered", null].map((actionType) => ({
        ...GRAPHQL_RECORD,
        objectType,
        actionType,
      })),
  ),
  { ...GRAPHQL_RECORD, originatorIsLpa: true },
  { ...GRAPHQL_RECORD, originatorLoginName: null, originator: "Grace Hopper" },
  { ...GRAPHQL_RECORD, changeDate: "soon" },
  { ...REST_RECORD, sessionId: "7f3a", "new.field": { deep: [1, null] }, element: "other" },
  {},
];

const DOCUMENTED = [
  ...["accountId", "objectType", "objectName", "actionType", "changeType", "element", "oldValue"],
  ...["newValue", "changeDate", "originator", "originatorLoginName", "originatorUserId", "userId"],
  ...["originatorUserAgent", "originatorAuthType", "originatorIsLpa", "changedBy"],
];

const usual = fc.constantFrom(
  ...RECORDS.flatMap((record) => Object.values(record)),
  ...["CREATE", "UPDATE", "DELETE", "USER", "PROFILE", "", " ", "Unknown", "__proto__", "1", "@"],
  ...["0", "false", "null", "{}", "x".repeat(101), "two words", "a.b@c.de", "constructor"],
);

const oddName = fc.oneof(
  fc.string(),
  fc.constantFrom(
    ...["a.b", "", ".", "__proto__", "constructor", "object_type", "other", "event_id", "_time"],
    ...["objectTypeLabel", "changeDateError", "_source", "0", "ünïcode", "with space"],
  ),
);

const value = fc.oneof(
  { weight: 3, arbitrary: usual },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

/** Any record that JSON can hold: documented fields and others, usual values and odd ones. */
export const anyRecord: fc.Arbitrary<RawRecord> = fc.tuple(
  fc.record(Object.fromEntries(DOCUMENTED.map((name) => [name, value])), { requiredKeys: [] }),
  fc.array(fc.tuple(oddName, value), { maxLength: 4 }),
).map(([documented, others]) =>
  // as JSON brings it: `__proto__` is a field like any other
  JSON.parse(JSON.stringify(Object.fromEntries([...Object.entries(documented), ...others])))
);

/** All that a value holds at its ends, at any depth. */
export function leavesOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [value];
  return Object.values(value).flatMap(leavesOf);
}
