/** A page of audit records, whichever wire asked for it. Pure types and one documented number. */

import type { AuditRecord } from "./records.ts";

/** A call returns no more records than this, whatever it asks for. */
export const MAX_FIRST = 500;

/**
 * How a page answers when it holds a record that can't be rendered: `null` in its place, `null` and a
 * GraphQL error beside it, a GraphQL error and no record at all, or status 500.
 */
export type Unrendered = "null" | "null and error" | "error" | "500";

/** Records that can't be rendered, and how a page with one answers. */
export interface RenderSettings {
  /** Which records can't be rendered; `undefined`: all can. */
  readonly unrenderable: ((record: AuditRecord) => boolean) | undefined;
  /** The rest wire has no errors beside records: there `error` is status 500. */
  readonly unrenderedAs: Unrendered;
}

/** The page that a request asked for: counts of records. */
export interface PageNote {
  readonly offset: number;
  /** The most records it may hold: what was asked for, cut to `MAX_FIRST`. */
  readonly first: number;
  readonly returned: number;
  /** All records that match, on this page or not. */
  readonly total: number;
}
