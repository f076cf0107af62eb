/** The answer of get-events in each of its formats. Pure. */
import { count, number } from "../../src/format.ts";
import { eventsToCsv } from "../../src/event_formats/csv.ts";
import { type FormattedEvent, inFormat } from "../../src/event_formats/index.ts";
import { toMarkdown } from "../../src/event_formats/markdown.ts";
import { printableJson } from "../../src/printable.ts";
import type { FoundEvents } from "../../src/collector/runs/read_events.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import type { Colours } from "../cli/colours.ts";
import { drawTable, fitColumns, type TableColumn } from "../cli/table.ts";

export const FORMATS = ["table", "json", "ndjson", "csv", "markdown", "ecs", "ocsf"] as const;

export type Format = typeof FORMATS[number];

interface EventColumn extends TableColumn {
  readonly text: (event: AuditEvent) => unknown;
  /** True for a column that a narrow terminal has no room for. */
  readonly wideOnly?: true;
}

/** The command's seven outputs in their order, with what was changed from what to what. */
const TABLE: readonly EventColumn[] = [
  {
    title: "Time (UTC)",
    width: 19,
    whole: true,
    text: ({ changeDate }) => dateAndTime(changeDate),
  },
  { title: "Account", width: 20, wideOnly: true, text: (event) => event.accountId },
  { title: "Type", width: 30, text: (event) => event.objectType },
  { title: "Object", width: 40, text: (event) => event.objectName },
  { title: "Element", width: 40, text: (event) => event.element },
  { title: "Change", width: 12, whole: true, text: (event) => event.changeType },
  { title: "Old", width: 40, text: (event) => event.oldValue },
  { title: "New", width: 40, text: (event) => event.newValue },
  { title: "User", width: 20, wideOnly: true, text: (event) => event.userId },
  { title: "By", width: 40, text: (event) => event.changedBy },
];

/** Characters that all columns need to be read. */
const WIDE = 140;

/** `width`: of the terminal, in characters. `readAtMs`: when the events were read, epoch milliseconds. */
export function format(
  { events, pushed, more }: FoundEvents,
  as: Format,
  width: number,
  colours: Colours,
  readAtMs: number,
): string {
  const json = (Event: readonly FormattedEvent[]) =>
    printableJson({ LivePerson: { Event }, count: events.length, pushed, more });
  switch (as) {
    case "json":
      return json(events);
    case "ecs":
    case "ocsf":
      return json(events.map((event) => inFormat(as, event, readAtMs)));
    case "ndjson":
      return events.map((event) => printableJson(event)).join("\n");
    case "csv":
      // the line is ended where it is printed
      return `${eventsToCsv(events)}\r`;
    case "markdown":
      return toMarkdown(events, more).trimEnd();
    case "table":
      return table({ events, pushed, more }, width, colours);
  }
}

function table({ events, pushed, more }: FoundEvents, width: number, colours: Colours): string {
  const columns = TABLE.filter(({ wideOnly }) => !wideOnly || width >= WIDE);
  const rows = events.map((event) => columns.map(({ text }) => readable(text(event))));
  const told = `${count(events.length, "event")}${more ? ", and there are more" : ""}` +
    `${pushed > 0 ? `; ${number(pushed)} pushed` : ""}.`;
  if (rows.length === 0) return told;
  return `${drawTable(fitColumns(columns, rows, width), rows, colours)}\n\n${told}`;
}

function readable(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

/** `2026-11-21 19:04:44`; what is no time stays as it came. */
function dateAndTime(value: unknown): unknown {
  return typeof value === "string"
    ? value.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})\..*$/, "$1 $2")
    : value;
}
