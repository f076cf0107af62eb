/**
 * The other wire of the Audit Trail API: a start time in, `{ data: [...] }` out, the way the public
 * XSIAM integration speaks it. It has no argument that hides anything, so nothing is hidden. Pure.
 */

import type { AuditLog } from "./audit_log.ts";
import type { PageNote, RenderSettings } from "./audit_page.ts";
import { type ListingHabits, listPage } from "./listing_habits.ts";
import type { AuditRecord } from "./records.ts";

/** The body to answer and the page it holds, what is wrong with the request, or that answering failed. */
type RestOutcome =
  | "failed"
  | { readonly body: { readonly data: readonly unknown[] }; readonly page: PageNote }
  | { readonly mistake: string };

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const CHANGE_TYPES: Readonly<Record<string, string>> = {
  "Add new": "CREATE",
  Edit: "UPDATE",
  Delete: "DELETE",
};

/** Answers a request body that is a JSON object. */
export function runRest(
  request: Readonly<Record<string, unknown>>,
  settings: RenderSettings & ListingHabits,
  log: AuditLog,
  nowMs: number,
): RestOutcome {
  const { fromData, first = 50, offset = 0, orderBy = "changeTimestamp:DESC" } = request;
  const fromMs = typeof fromData === "string" && INSTANT.test(fromData)
    ? Date.parse(fromData)
    : NaN;
  if (Number.isNaN(fromMs)) return { mistake: "fromData must be an ISO 8601 time" };
  if (!isCount(first)) return { mistake: "first must be a whole number, 0 or more" };
  if (!isCount(offset)) return { mistake: "offset must be a whole number, 0 or more" };
  if (orderBy !== "changeTimestamp:ASC" && orderBy !== "changeTimestamp:DESC") {
    return { mistake: "orderBy must be changeTimestamp:ASC or changeTimestamp:DESC" };
  }

  const listed = listPage(log, {
    fromMs,
    nowMs,
    lpa: true,
    automaticUpdates: true,
    direction: orderBy === "changeTimestamp:ASC" ? "ASC" : "DESC",
    offset,
    first,
  }, settings);
  if (listed === "failed") return "failed";
  const { records, page } = listed;
  const { unrenderable, unrenderedAs } = settings;
  const isUnrendered = (record: AuditRecord) => unrenderable?.(record) ?? false;
  const fails = unrenderedAs === "error" || unrenderedAs === "500";
  if (fails && records.some(isUnrendered)) return "failed";
  const data = records.map((record) => isUnrendered(record) ? null : restRecord(record));
  return { body: { data }, page };
}

function restRecord(record: AuditRecord): Record<string, unknown> {
  return {
    changeDate: record.rawChangeDate ??
      new Date(record.changeTimestampMs).toISOString().replace(".000Z", "Z"),
    accountId: record.accountId,
    objectType: restObjectType(record.objectType),
    element: record.element,
    changeType: CHANGE_TYPES[record.actionType] ?? record.actionType,
    userId: record.originatorUserId,
    changedBy: record.originatorLoginName,
    ...record.extra,
  };
}

/** "Agent Groups" becomes AGENT_GROUP, "Content Categories" CONTENT_CATEGORY. */
function restObjectType(label: string): string {
  return label.toUpperCase().replaceAll(" ", "_").replace(/IES$/, "Y").replace(/S$/, "");
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
