/** Events as comma-separated values, for a spreadsheet. Pure. */
import { printableLines } from "../printable.ts";
import type { AuditEvent } from "../sources/liveperson/event.ts";
import { COLUMNS } from "./markdown.ts";

/** What any event may have, in this order; fields that only some sources have follow. */
const FIRST = [
  ...COLUMNS,
  "originatorLoginName",
  "originatorUserAgent",
  "originatorAuthType",
  "originatorIsLpa",
  "objectTypeLabel",
  "actionType",
  "changeTypeLabel",
  "originator",
  "originatorUserId",
  "changeDateError",
];
const LAST = ["_time", "event_id"];

/** Events, always with the same columns, so that answers can be joined; see `toCsv`. */
export function eventsToCsv(events: readonly AuditEvent[]): string {
  return toCsv(events, FIRST, LAST);
}

/** Values that a spreadsheet would calculate, also full-width, and after blanks, which some ignore. */
const FORMULA = /^(\s*[=+\-@＝＋－＠]|[\t\r])/u;

/**
 * RFC 4180: a header, CRLF between the lines and none after the last, and quotes where they are needed. It
 * has every field that any event has: those in `first` and `last` at the ends, the others in between.
 */
export function toCsv(
  events: readonly Readonly<Record<string, unknown>>[],
  first: readonly string[],
  last: readonly string[],
): string {
  const others = new Set(events.flatMap((event) => Object.keys(event)))
    .difference(new Set([...first, ...last]));
  const columns = [...first, ...others, ...last];
  const rows = events.map((event) => columns.map((column) => cell(event[column])).join(","));
  return [columns.map(cell).join(","), ...rows].join("\r\n");
}

function cell(value: unknown): string {
  const text = typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : String(value ?? "");
  const shown = printableLines(text);
  const safe = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
