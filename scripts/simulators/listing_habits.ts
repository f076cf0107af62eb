/**
 * What the documentation does not promise about a listing, and what a server may therefore do to a client's
 * surprise. Pure.
 */
import type { AuditLog, AuditQuery } from "./audit_log.ts";
import { MAX_FIRST, type PageNote } from "./audit_page.ts";
import type { AuditRecord } from "./records.ts";
import type { TieOrder } from "./tie_order.ts";

export interface ListingHabits {
  /** The order of records of one time. */
  readonly tieOrder: TieOrder;
  /** How far the replica is behind that answers, in milliseconds; asked for each page. `undefined`: none is. */
  readonly behindMs: (() => number) | undefined;
  /** No page has more records than this, whatever is asked for. */
  readonly pageCap: number;
  /** Records from this offset on are never shown. A page that reaches beyond it ends there, or fails with status 500. */
  readonly lastOffset: { readonly offset: number; readonly fails: boolean } | undefined;
  /** Hours by which the day that `fromDate` names begins later than in the zone that was asked for. */
  readonly dayStartsHoursLate: number;
  /** How a record is shown that is kept as another one; `undefined`: as it is. */
  readonly rendering: ((record: AuditRecord) => AuditRecord) | undefined;
}

export const PLAIN_LISTING: ListingHabits = {
  tieOrder: "stable",
  behindMs: undefined,
  pageCap: MAX_FIRST,
  lastOffset: undefined,
  dayStartsHoursLate: 0,
  rendering: undefined,
};

/** A page as a server with these habits shows it; `failed` stands for status 500. */
export function listPage(
  log: AuditLog,
  query: AuditQuery,
  { tieOrder, behindMs, pageCap, lastOffset, rendering }: ListingHabits,
): { readonly records: readonly AuditRecord[]; readonly page: PageNote } | "failed" {
  const { offset, nowMs } = query;
  const first = Math.min(query.first, MAX_FIRST);
  if (lastOffset?.fails && offset + first > lastOffset.offset) return "failed";
  const lagMs = behindMs?.() ?? 0;
  const { records, total } = log.list({
    ...query,
    first: Math.max(0, Math.min(first, pageCap, (lastOffset?.offset ?? Infinity) - offset)),
    asOfMs: lagMs === 0 ? undefined : nowMs - lagMs,
    tieOrder,
  });
  const shown = rendering === undefined ? records : records.map(rendering);
  return { records: shown, page: { offset, first, returned: shown.length, total } };
}
