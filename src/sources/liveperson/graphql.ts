/**
 * The documented wire format of the audit API: one GraphQL query with inline literals.
 * Source: developers.liveperson.com, "Audit Trail API". Pure.
 */
import type { Dialect } from "./dialect.ts";
import type { RawRecord } from "./record.ts";

const FIELDS = [
  "accountId",
  "objectType",
  "objectName",
  "actionType",
  "element",
  "oldValue",
  "newValue",
  "changeDate",
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
}

export interface AuditFilter {
  readonly lpa: boolean;
  readonly automaticUpdates: boolean;
}

export function graphqlBody(range: AuditRange, filter: AuditFilter, dialect: Dialect): string {
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
  const fields = FIELDS.filter((field) => !dialect.without.includes(field)).join(" ");
  return JSON.stringify({ query: `{ auditData(${list}) { ${fields} } }` });
}

/** What an answer is: records, a complaint that names what to change, another complaint, or not GraphQL at all. */
export type GraphqlAnswer =
  | { readonly kind: "records"; readonly records: readonly RawRecord[] }
  | { readonly kind: "adapt"; readonly dialect: Dialect }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "other" };

export function readGraphql(answer: unknown, dialect: Dialect): GraphqlAnswer {
  const { data, errors } = (answer ?? {}) as {
    data?: { auditData?: unknown } | null;
    errors?: { message?: unknown }[];
  };
  if (Array.isArray(errors) && errors.length > 0) {
    const messages = errors.map((error) => String(error?.message ?? ""));
    const adapted = adapt(messages, dialect);
    return adapted === null
      ? { kind: "error", message: messages[0] }
      : { kind: "adapt", dialect: adapted };
  }
  const records = data?.auditData;
  return Array.isArray(records) && records.every(isObject)
    ? { kind: "records", records }
    : { kind: "other" };
}

/** The dialect that avoids what the server complains of; null when nothing is left to change. */
function adapt(messages: readonly string[], dialect: Dialect): Dialect | null {
  const complains = (about: RegExp) => messages.some((message) => about.test(message));
  const unknown = FIELDS.filter((field) =>
    field !== "changeDate" && messages.some((message) => unknownField(message, field))
  );
  const adapted: Dialect = {
    ...dialect,
    without: [...new Set([...dialect.without, ...unknown])],
    direction: complains(/direction|\bASC\b/i) ? "string" : dialect.direction,
    column: complains(/orderBy|changeTimestamp/i) ? "enum" : dialect.column,
  };
  return JSON.stringify(adapted) === JSON.stringify(dialect) ? null : adapted;
}

/** A complaint about a field names it as a whole word: `Cannot query field "actionType" on type …`. */
function unknownField(message: string, field: string): boolean {
  return /field|undefined|unknown|validation/i.test(message) &&
    new RegExp(`["'\`\\s(]${field}["'\`\\s).,]`).test(`${message} `.split(/did you mean/i)[0]);
}

function isObject(value: unknown): value is RawRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
