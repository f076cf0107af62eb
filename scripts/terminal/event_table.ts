/** Audit events as a small table that fits 100 columns. Pure. */
import Table from "cli-table3";
import type { Colours } from "./colours.ts";
import { timeOfDay } from "./words.ts";

/** What the table reads of an event; anything else may be there too. */
export type TableEvent = Readonly<Record<string, unknown>>;

interface Column {
  readonly title: string;
  /** The most characters shown. */
  readonly width: number;
  readonly text: (event: TableEvent) => unknown;
}

/** With two spaces before each column, 98 characters in all. */
const COLUMNS: readonly Column[] = [
  { title: "Time (UTC)", width: 10, text: (event) => timeOfDay(String(event.changeDate)) },
  { title: "Change", width: 6, text: (event) => event.changeType },
  { title: "Type", width: 25, text: (event) => event.objectType },
  { title: "Object", width: 17, text: (event) => event.objectName },
  { title: "Element", width: 15, text: (event) => event.element },
  { title: "Changed by", width: 13, text: (event) => event.changedBy },
];

const NO_LINES = {
  "top": "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  "bottom": "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  "mid": "",
  "mid-mid": "",
  "left-mid": "",
  "right-mid": "",
  "left": "",
  "middle": "",
  "right": "",
};

export function eventTable(events: readonly TableEvent[], colours: Colours): string {
  const table = new Table({
    head: COLUMNS.map(({ title }) => colours.bold(title)),
    colWidths: COLUMNS.map(({ width }) => width + 2),
    chars: NO_LINES,
    truncate: "~",
    style: { head: [], border: [], "padding-left": 2, "padding-right": 0 },
  });
  for (const event of events) table.push(COLUMNS.map(({ text }) => oneLine(text(event))));
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Control characters and line breaks would break the table, or steer the terminal. */
function oneLine(value: unknown): string {
  return String(value ?? "").replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
