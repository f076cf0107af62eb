/** Audit events as a small table that fits 100 columns. Pure. */
import { timeOfDay } from "../../src/format.ts";
import type { Colours } from "../cli/colours.ts";
import { drawTable } from "../cli/table.ts";

/** The fields that the table shows; an event may have others. */
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

export function eventTable(events: readonly TableEvent[], colours: Colours): string {
  const rows = events.map((event) => COLUMNS.map(({ text }) => text(event)));
  return drawTable(COLUMNS, rows, colours);
}
