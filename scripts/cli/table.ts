/** Tables without lines, for a terminal, whose columns can be fitted to its width. Pure. */
import Table from "cli-table3";
import { printable } from "../../src/printable.ts";
import type { Colours } from "./colours.ts";

export interface TableColumn {
  readonly title: string;
  /** The most characters shown. */
  readonly width: number;
  readonly align?: "left" | "right";
  /** True if it is shortened last. */
  readonly whole?: boolean;
}

const GAP = 2;
/** Narrower than this, nothing is readable. */
const MIN_WIDTH = 6;

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

/** Each column takes its whole width, with two spaces before it. */
export function drawTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
  colours: Colours,
): string {
  const table = new Table({
    head: columns.map(({ title }) => colours.bold(title)),
    colWidths: columns.map(({ width }) => width + GAP),
    colAligns: columns.map(({ align }) => align ?? "left"),
    chars: NO_LINES,
    truncate: "~",
    style: { head: [], border: [], "padding-left": GAP, "padding-right": 0 },
  });
  for (const row of rows) table.push(row.map(oneLine));
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Columns as wide as their content, but together no wider than `width`: the widest are shortened. */
export function fitColumns(
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
  width: number,
): readonly TableColumn[] {
  const widths = columns.map((column, i) => {
    const cells = rows.reduce((most, row) => Math.max(most, lengthOf(oneLine(row[i]))), 0);
    return Math.min(column.width, Math.max(column.title.length, cells));
  });
  const room = width - columns.length * GAP;
  let surplus = widths.reduce((sum, one) => sum + one, 0) - room;
  for (; surplus > 0; surplus--) {
    const giving = columns.map(({ whole }, i) => whole === true ? 0 : widths[i]);
    const most = Math.max(...giving) > MIN_WIDTH ? giving : widths;
    const widest = most.indexOf(Math.max(...most));
    if (widths[widest] <= 1) break;
    widths[widest]--;
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] }));
}

/** Control characters and line breaks would break the table, or steer the terminal. */
function oneLine(value: unknown): string {
  return printable(String(value ?? ""));
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g;

/** Places on a terminal: East Asian characters take two. */
function lengthOf(text: string): number {
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}
