/** Events as a Markdown table for people. Pure. */
import { printable } from "../printable.ts";
import type { AuditEvent } from "../sources/liveperson/event.ts";

/** The command's seven outputs, and what was changed, with the old and the new value. */
export const COLUMNS = [
  "changeDate",
  "accountId",
  "objectType",
  "objectName",
  "element",
  "changeType",
  "oldValue",
  "newValue",
  "userId",
  "changedBy",
] as const;

/** ISO 8601 times, and constants such as `AGENT_GROUP`. */
const HARMLESS = /^(?:\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Z]+(?:_[A-Z]+)*)$/;

/**
 * All ASCII punctuation, because some readers turn it into buttons, links or mentions. Within a line, `>`
 * has no meaning.
 */
const PUNCTUATION = /[!-/:-=?-@[-`{-~]/g;

/** Longer values are cut: the table is for reading, and the JSON answer has everything. */
const MAX_CELL_LENGTH = 60;

export function toMarkdown(events: readonly AuditEvent[], more: boolean): string {
  const rows = events.map((event) => row(COLUMNS.map((column) => cell(event[column]))));
  const count = `${events.length} ${events.length === 1 ? "event" : "events"}${
    more ? ", and more" : ""
  }`;
  return [
    "### LivePerson Events",
    "",
    row(COLUMNS),
    row(COLUMNS.map(() => "---")),
    ...rows,
    "",
    `${count}.`,
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = [...printable(typeof value === "object" ? JSON.stringify(value) : String(value))];
  const cut = text.length > MAX_CELL_LENGTH
    ? `${text.slice(0, MAX_CELL_LENGTH - 1).join("")}…`
    : text.join("");
  return HARMLESS.test(cut) ? cut : cut.replace(PUNCTUATION, "\\$&");
}
