/**
 * How to query an account's audit API, as far as that is known. Kept with the cursor, as plain JSON. Pure.
 */
import * as v from "valibot";
import { DAY_MS, iso } from "../../engine/time.ts";

const instant = v.pipe(v.string(), v.isoTimestamp());

const Dialect = v.object({
  /** The wire format. */
  api: v.picklist(["graphql", "rest"]),
  /** GraphQL: documented fields that this server doesn't know, since when, and when each was last requested. */
  without: v.array(v.object({ field: v.string(), since: instant, tried: instant })),
  /** GraphQL: how the order's direction is written, which is not documented. */
  direction: v.picklist(["enum", "string"]),
  /** GraphQL: how the order's column is written, which is not documented either. */
  column: v.picklist(["enum", "string"]),
});

export type Dialect = v.InferOutput<typeof Dialect>;

export const GRAPHQL: Dialect = {
  api: "graphql",
  without: [],
  direction: "enum",
  column: "string",
};
export const REST: Dialect = { ...GRAPHQL, api: "rest" };

/** The dialect that was kept with a cursor; null when there is none. */
export function readDialect(stored: unknown): Dialect | null {
  const parsed = v.safeParse(Dialect, stored);
  return parsed.success ? parsed.output : null;
}

/** The documented fields that the account's server doesn't know, according to what was kept with a cursor. */
export function missingFields(stored: unknown): readonly string[] {
  return readDialect(stored)?.without.map(({ field }) => field) ?? [];
}

/** How long an unknown field is left out before it is requested again. */
const TRY_AGAIN_MS = DAY_MS;

/** The fields that are left out at this time. */
export function leftOut({ without }: Dialect, nowMs: number): readonly string[] {
  return without.filter(({ tried }) => nowMs - Date.parse(tried) < TRY_AGAIN_MS)
    .map(({ field }) => field);
}

/** The dialect after the server complained that it does not know these fields. */
export function withUnknown(dialect: Dialect, fields: readonly string[], nowMs: number): Dialect {
  const now = iso(nowMs);
  const complained = fields.map((field) => ({
    field,
    since: dialect.without.find((missing) => missing.field === field)?.since ?? now,
    tried: now,
  }));
  const others = dialect.without.filter(({ field }) => !fields.includes(field));
  return { ...dialect, without: [...others, ...complained] };
}

/** The dialect after a successful query: the fields it requested are no longer missing. */
export function withAnswered(dialect: Dialect, nowMs: number): Dialect {
  const missing = leftOut(dialect, nowMs);
  if (missing.length === dialect.without.length) return dialect;
  return { ...dialect, without: dialect.without.filter(({ field }) => missing.includes(field)) };
}
