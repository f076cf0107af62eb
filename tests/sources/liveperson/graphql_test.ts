/** The GraphQL wire format, pure: what is asked, and what is made of an answer. */
import assert from "node:assert/strict";
import {
  type Dialect,
  GRAPHQL,
  leftOut,
  missingFields,
  withAnswered,
} from "../../../src/sources/liveperson/dialect.ts";
import { graphqlBody, readGraphql } from "../../../src/sources/liveperson/graphql.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const DAY_MS = 86_400_000;
const RANGE = { day: "2026-03-10", offset: 7, first: 500 };
const FILTER = { lpa: true, automaticUpdates: false };

const complaint = (...messages: string[]) => ({ errors: messages.map((message) => ({ message })) });

function adapted(dialect: Dialect, ...messages: string[]): Dialect {
  return adaptedAt(NOW, dialect, ...messages);
}

function adaptedAt(nowMs: number, dialect: Dialect, ...messages: string[]): Dialect {
  const answer = readGraphql(complaint(...messages), dialect, nowMs);
  assert.equal(answer.kind, "adapt");
  return (answer as { dialect: Dialect }).dialect;
}

/** A field that is missing, since when and when it was last asked for: both now if left out. */
function missing(field: string, sinceMs = NOW, triedMs = NOW) {
  const iso = (ms: number) => new Date(ms).toISOString();
  return { field, since: iso(sinceMs), tried: iso(triedMs) };
}

const kindOf = (answer: unknown) => readGraphql(answer, GRAPHQL, NOW).kind;

Deno.test("the body has one field, with everything inline", () => {
  const body = JSON.parse(graphqlBody(RANGE, FILTER, GRAPHQL, NOW));
  assert.deepEqual(Object.keys(body), ["query"]);
  for (
    const part of [
      `fromDate: "2026-03-10"`,
      "first: 500",
      "offset: 7",
      `orderBy: ["changeTimestamp"]`,
      "orderDirection: [ASC]",
      `language: "en-US"`,
      `timezone: "UTC"`,
      "lpa: true",
      "automaticUpdates: false",
    ]
  ) assert.ok(body.query.includes(part), part);
});

Deno.test("an unknown field is left out the next time, and no other", () => {
  const dialect = adapted(GRAPHQL, `Cannot query field "actionType" on type "AuditRecord".`);
  assert.deepEqual(dialect, { ...GRAPHQL, without: [missing("actionType")] });
  const { query } = JSON.parse(graphqlBody(RANGE, FILTER, dialect, NOW));
  assert.doesNotMatch(query, /actionType/);
  assert.match(query, /objectType .*changeDate/);
});

Deno.test("a suggestion in a complaint is not taken for the field that is unknown", () => {
  const message = `Cannot query field "actionType" on type "A". Did you mean "objectType"?`;
  assert.deepEqual(adapted(GRAPHQL, message).without, [missing("actionType")]);
});

Deno.test("the order is written as the server wants it", () => {
  const direction = `String cannot represent a non string value: ASC`;
  const column = `Enum "Column" cannot represent non-enum value: "changeTimestamp".`;
  const both = adapted(GRAPHQL, direction, column);
  assert.deepEqual([both.direction, both.column], ["string", "enum"]);
  const { query } = JSON.parse(graphqlBody(RANGE, FILTER, both, NOW));
  assert.match(query, /orderBy: \[changeTimestamp\], orderDirection: \["ASC"\]/);
});

Deno.test("a complaint that nothing can be changed for is an error, and is not asked about again", () => {
  const dialect = adapted(GRAPHQL, "String cannot represent a non string value: ASC");
  assert.equal(readGraphql(complaint("… non string value: ASC"), dialect, NOW).kind, "error");
  assert.equal(readGraphql(complaint("The database is down"), GRAPHQL, NOW).kind, "error");
});

Deno.test("an answer of another shape is not GraphQL", () => {
  for (
    const answer of [{ data: [] }, { data: null }, {}, null, [], "text", {
      data: { auditData: [1] },
    }]
  ) {
    assert.equal(readGraphql(answer, GRAPHQL, NOW).kind, "other");
  }
});

Deno.test("every server's way to say that the schema lacks a field is understood", () => {
  for (
    const message of [
      `Cannot query field "actionType" on type "AuditItem".`,
      `Cannot query field 'actionType' on type 'AuditItem'. Did you mean 'objectType'?`,
      "Validation error (FieldUndefined@[auditData/actionType]) : Field 'actionType' in type 'AuditItem' is undefined",
      "Field 'actionType' doesn't exist on type 'AuditItem'",
      "The field `actionType` does not exist on the type `AuditItem`.",
      `Unknown field "actionType" on type "AuditItem"`,
      "field 'actionType' not found in type: 'AuditItem'",
    ]
  ) assert.deepEqual(adapted(GRAPHQL, message).without, [missing("actionType")], message);
});

Deno.test("an error that names a field otherwise, or several at once, drops nothing and is an error", () => {
  const { query } = JSON.parse(graphqlBody(RANGE, FILTER, GRAPHQL, NOW));
  for (
    const message of [
      `Unknown error while executing: ${query}`,
      `Cannot query field "actionType" on type "AuditItem", in: ${query}`,
      "Validation timed out (query: accountId objectType objectName element)",
      "Exception while fetching data (/auditData) : field 'newValue' too long",
      "Exception while fetching data: the field 'originator' could not be resolved, user service unavailable",
      "Cannot return null for non-nullable field AuditItem.originator.",
      `Cannot query field "actionType" on type "AuditItem", nor "element".`,
      `Cannot query field "changeDate" on type "AuditItem".`,
    ]
  ) {
    assert.equal(kindOf(complaint(message)), "error", message);
    assert.equal(kindOf({ data: null, ...complaint(message) }), "error", message);
  }
});

Deno.test("an unknown field is asked for again a day later, and it is known since when it is missing", () => {
  const missed = adapted(GRAPHQL, `Cannot query field "actionType" on type "A".`);
  assert.deepEqual(leftOut(missed, NOW + DAY_MS - 1), ["actionType"]);
  assert.deepEqual(leftOut(missed, NOW + DAY_MS), []);
  const later = NOW + DAY_MS;
  assert.match(graphqlBody(RANGE, FILTER, missed, later), /actionType/);

  const still = adaptedAt(later, missed, `Cannot query field "actionType" on type "A".`);
  assert.deepEqual(still.without, [missing("actionType", NOW, later)]);
  assert.deepEqual(missingFields(still), ["actionType"]);
  assert.equal(withAnswered(still, later), still, "it was not asked for");
  assert.deepEqual(withAnswered(still, later + DAY_MS), GRAPHQL, "it was, and the server knew it");
});

Deno.test("a null among the records is one that could not be rendered; the others are used", () => {
  const data = { auditData: [{ element: "a" }, null, { element: "b" }] };
  const error = (...path: unknown[]) => ({ message: "Cannot be rendered", path });
  for (
    const errors of [undefined, [], [error("auditData", 1)], [error("auditData", 1, "element")]]
  ) {
    const answer = readGraphql({ data, errors }, GRAPHQL, NOW);
    assert.deepEqual(answer, { kind: "records", records: data.auditData });
  }
  for (const errors of [[error("auditData", 0, "element")], [error("auditData")], [error()]]) {
    assert.equal(kindOf({ data, errors: [error("auditData", 1), ...errors] }), "error");
  }
});

Deno.test("records in the shape of rest tell that the server speaks that; no records tell nothing", () => {
  assert.equal(kindOf({ data: [{ userId: "1" }] }), "rest");
  assert.equal(kindOf({ data: [] }), "other");
  assert.equal(kindOf({ data: { auditData: null } }), "other");
});
