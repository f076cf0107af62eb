/** The GraphQL wire format, pure: what is asked, and what is made of an answer. */
import assert from "node:assert/strict";
import { type Dialect, GRAPHQL } from "../../../src/sources/liveperson/dialect.ts";
import { graphqlBody, readGraphql } from "../../../src/sources/liveperson/graphql.ts";

const RANGE = { day: "2026-03-10", offset: 7, first: 500 };
const FILTER = { lpa: true, automaticUpdates: false };

const complaint = (...messages: string[]) => ({ errors: messages.map((message) => ({ message })) });

function adapted(dialect: Dialect, ...messages: string[]): Dialect {
  const answer = readGraphql(complaint(...messages), dialect);
  assert.equal(answer.kind, "adapt");
  return (answer as { dialect: Dialect }).dialect;
}

Deno.test("the body has one field, with everything inline", () => {
  const body = JSON.parse(graphqlBody(RANGE, FILTER, GRAPHQL));
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
  assert.deepEqual(dialect, { ...GRAPHQL, without: ["actionType"] });
  const { query } = JSON.parse(graphqlBody(RANGE, FILTER, dialect));
  assert.doesNotMatch(query, /actionType/);
  assert.match(query, /objectType .*changeDate/);
});

Deno.test("a suggestion in a complaint is not taken for the field that is unknown", () => {
  const message = `Cannot query field "actionType" on type "A". Did you mean "objectType"?`;
  assert.deepEqual(adapted(GRAPHQL, message).without, ["actionType"]);
});

Deno.test("the order is written as the server wants it", () => {
  const direction = `String cannot represent a non string value: ASC`;
  const column = `Enum "Column" cannot represent non-enum value: "changeTimestamp".`;
  const both = adapted(GRAPHQL, direction, column);
  assert.deepEqual([both.direction, both.column], ["string", "enum"]);
  const { query } = JSON.parse(graphqlBody(RANGE, FILTER, both));
  assert.match(query, /orderBy: \[changeTimestamp\], orderDirection: \["ASC"\]/);
});

Deno.test("a complaint that nothing can be changed for is an error, and is not asked about again", () => {
  const dialect = adapted(GRAPHQL, "String cannot represent a non string value: ASC");
  assert.equal(readGraphql(complaint("… non string value: ASC"), dialect).kind, "error");
  assert.equal(readGraphql(complaint("The database is down"), GRAPHQL).kind, "error");
});

Deno.test("an answer of another shape is not GraphQL", () => {
  for (
    const answer of [{ data: [] }, { data: null }, {}, null, [], "text", {
      data: { auditData: [1] },
    }]
  ) {
    assert.equal(readGraphql(answer, GRAPHQL).kind, "other");
  }
});
