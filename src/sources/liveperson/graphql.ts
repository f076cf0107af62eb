/**
 * The documented wire format of the audit API: one GraphQL query with inline literals.
 * Source: developers.liveperson.com, "Audit Trail API". Pure.
 */
import { type Dialect, leftOut, withUnknown } from "./dialect.ts";
import { isRecord, type RawRecord } from "./record.ts";

/** GraphQL answers in this order: what identifies a record comes before what may be long. */
const FIELDS = [
  "accountId",
  "objectType",
  "changeDate",
  "actionType",
  "objectName",
  "element",
  "oldValue",
  "newValue",
  "originator",
  "originatorLoginName",
  "originatorUserId",
  "originatorUserAgent",
  "originatorAuthType",
  "originatorIsLpa",
] as const;

export interface AuditRange {
  /** UTC day to begin with, `yyyy-MM-dd`. */
  readonly day: string;
  readonly offset: number;
  readonly first: number;
  /** A guess: a failure is an answer to it too, and is not retried. */
  readonly probing?: boolean;
  /** A larger page is a failure; by default, the limit of any answer. */
  readonly maxBytes?: number;
}

interface AuditFilter {
  readonly lpa: boolean;
  readonly automaticUpdates: boolean;
}

/** The body of a request: it asks for every field except those that the server recently didn't know. */
export function graphqlBody(
  range: AuditRange,
  filter: AuditFilter,
  dialect: Dialect,
  nowMs: number,
): string {
  const missing = leftOut(dialect, nowMs);
  const argument = {
    fromDate: JSON.stringify(range.day),
    first: range.first,
    offset: range.offset,
    orderBy: dialect.column === "enum" ? "[changeTimestamp]" : `["changeTimestamp"]`,
    orderDirection: dialect.direction === "enum" ? "[ASC]" : `["ASC"]`,
    language: `"en-US"`,
    timezone: `"UTC"`,
    lpa: filter.lpa,
    automaticUpdates: filter.automaticUpdates,
  };
  const list = Object.entries(argument).map(([name, value]) => `${name}: ${value}`).join(", ");
  const fields = FIELDS.filter((field) => !missing.includes(field)).join(" ");
  return JSON.stringify({ query: `{ auditData(${list}) { ${fields} } }` });
}

/**
 * What an answer is: records (null for one that could not be rendered), a complaint with the dialect that
 * avoids it, another error, the other wire format, or something unknown.
 */
type GraphqlAnswer =
  | { readonly kind: "records"; readonly records: readonly (RawRecord | null)[] }
  | { readonly kind: "adapt"; readonly dialect: Dialect }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "rest" }
  | { readonly kind: "other" };

interface GraphqlError {
  readonly message?: unknown;
  readonly path?: unknown;
}

export function readGraphql(answer: unknown, dialect: Dialect, nowMs: number): GraphqlAnswer {
  const { data, errors } = (answer ?? {}) as { data?: unknown; errors?: GraphqlError[] };
  const records = (data as { auditData?: unknown } | null | undefined)?.auditData;
  const isList = Array.isArray(records) &&
    records.every((record) => record === null || isRecord(record));
  if (Array.isArray(errors) && errors.length > 0) {
    if (isList && errors.every((error) => isOfMissingRecord(error, records))) {
      return { kind: "records", records };
    }
    const messages = errors.map((error) => String(error?.message ?? ""));
    const adapted = adapt(messages, dialect, nowMs);
    return adapted === null
      ? { kind: "error", message: messages[0] }
      : { kind: "adapt", dialect: adapted };
  }
  if (isList) return { kind: "records", records };
  const isRest = Array.isArray(data) && data.length > 0 && data.every(isRecord);
  return { kind: isRest ? "rest" : "other" };
}

/** True if the answer comes from a server that speaks GraphQL. */
export function isGraphql(answer: unknown): boolean {
  const { data, errors } = (answer ?? {}) as { data?: unknown; errors?: unknown };
  return Array.isArray(errors) ||
    Array.isArray((data as { auditData?: unknown } | null | undefined)?.auditData);
}

/** True for an error that explains why a record is null: its `path` is `["auditData", <index>, …]`. */
function isOfMissingRecord({ path }: GraphqlError, records: readonly unknown[]): boolean {
  return Array.isArray(path) && Number.isInteger(path[1]) && records[path[1]] === null;
}

/** The dialect that avoids what the server complains of; null when nothing is left to change. */
function adapt(messages: readonly string[], dialect: Dialect, nowMs: number): Dialect | null {
  const unknown = messages.flatMap((message) => unknownField(message) ?? []);
  const missing = leftOut(dialect, nowMs);
  const isOfType = (about: RegExp) =>
    messages.some((message) =>
      about.test(message) && TYPE_COMPLAINT.test(message) && !echoesQuery(message)
    );
  const adapted: Dialect = {
    ...withUnknown(
      dialect,
      [...new Set(unknown)].filter((field) => !missing.includes(field)),
      nowMs,
    ),
    direction: isOfType(/direction|\bASC\b/i) ? "string" : dialect.direction,
    column: isOfType(/orderBy|changeTimestamp/i) ? "enum" : dialect.column,
  };
  return JSON.stringify(adapted) === JSON.stringify(dialect) ? null : adapted;
}

/** How GraphQL servers say that the schema lacks a field; the group is its name. */
const UNKNOWN_FIELD = [
  // graphql-js, and the many that follow it
  /cannot query field ["'`]?(\w+)["'`]? on type/i,
  // graphql-java
  /field ["'`]?(\w+)["'`]? (?:in|on) type ["'`]?\w+["'`]? is undefined/i,
  // graphql-ruby, Hot Chocolate
  /field ["'`]?(\w+)["'`]? (?:doesn't|does not) exist on (?:the )?type/i,
  // Juniper, Hasura
  /unknown field ["'`]?(\w+)["'`]? on type/i,
  /field ["'`]?(\w+)["'`]? not found in type/i,
];

/** How they say that a value's type is not the schema's. */
const TYPE_COMPLAINT = /\b(represent|enum|string|literal|valid|invalid|expected|type)\b/i;

/** The one field that, according to the message, the schema lacks; null if it says anything else. */
function unknownField(message: string): string | null {
  const [complaint] = message.split(/did you mean/i);
  const named = fieldsIn(complaint);
  if (named.length !== 1 || named[0] === "changeDate") return null;
  return UNKNOWN_FIELD.some((form) => form.exec(complaint)?.[1] === named[0]) ? named[0] : null;
}

/** True for an error that quotes the query: it names every field, and complains of none. */
function echoesQuery(message: string): boolean {
  return /auditData\s*\(/.test(message) || fieldsIn(message).length > 1;
}

function fieldsIn(message: string): string[] {
  return FIELDS.filter((field) => new RegExp(`\\b${field}\\b`).test(message));
}
