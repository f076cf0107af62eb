/** How an account's audit API wants to be spoken to, as far as it has been found out. Pure. */
import * as v from "valibot";

const Dialect = v.object({
  /** The wire format. */
  api: v.picklist(["graphql", "rest"]),
  /** GraphQL: documented fields that this server does not know. */
  without: v.array(v.string()),
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
