/**
 * An event as a row of the table. Pure. Source: Microsoft, "Azure Monitor service limits", Logs Ingestion
 * API: a value of over 64 KB is silently cut; so it is cut here, and the row says which one it was.
 */
import { Buffer } from "node:buffer";
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import { type Column, COLUMNS, FIELD_COLUMNS } from "./columns.ts";
import { cutText, fitJson } from "./cut.ts";

export type Row = { readonly [Name in Column]?: unknown };

/** Somewhat below 64 KB: whether that is 65,536 bytes or less is not documented. */
export const MAX_VALUE_BYTES = 65_000;

/** A call may have 1 MB, brackets included; an event alone in a call may have this much, plus `CutFields`. */
export const MAX_ROW_BYTES = 980_000;

/** A row whose texts have no more characters than this is short enough, however they are escaped. */
const SURELY_SHORT = 100_000;

/** Up to this many cuts are listed one by one; for more, or for longer paths, only the column is named. */
const MAX_TOLD_CUTS = 20;
const MAX_PATH_LENGTH = 200;

type Fields = Readonly<Record<string, unknown>>;

/** `formatted`: the event in the format of this destination, `event` itself if that is the native one. */
export function toRow(formatted: Fields, event: AuditEvent): Row {
  const { _time, event_id, changeDateError } = event;
  const row = {
    TimeGenerated: _time,
    // a change whose date can't be read has only the time of collection
    ...(changeDateError === undefined && { ChangeDate: _time }),
    EventId: event_id,
    ...(formatted === event ? nativeColumns(event) : { Event: formatted }),
  };
  return fitRow(row);
}

/** True for the JSON of a row in which something was cut. */
export function tellsOfCuts(json: string): boolean {
  return json.startsWith('{"CutFields":');
}

function nativeColumns(event: AuditEvent): Row {
  const columns: Partial<Record<Column, unknown>> = {};
  const additional: Record<string, unknown> = {};
  const { _time, event_id: _, ...fields } = event;
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (field === "changeDate" && value === _time) continue;
    const column = Object.hasOwn(FIELD_COLUMNS, field)
      ? FIELD_COLUMNS[field as keyof typeof FIELD_COLUMNS]
      : undefined;
    const cell = column === undefined ? undefined : cellOf(column, value);
    if (cell === undefined) define(additional, field, value);
    else columns[column!] = cell;
  }
  return Object.keys(additional).length === 0
    ? columns
    : { ...columns, AdditionalFields: additional };
}

/** The value as the column takes it; undefined if it can't. */
function cellOf(column: Column, value: unknown): string | boolean | undefined {
  if (COLUMNS[column] === "boolean") return typeof value === "boolean" ? value : undefined;
  return typeof value === "object" ? undefined : String(value);
}

/** Also a field that is called `__proto__`. */
function define(fields: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
}

/** The row, with its values and the whole cut to size; with `CutFields` if something was cut. */
function fitRow(row: Row): Row {
  const fitted: Partial<Record<Column, unknown>> = {};
  const told = new Map<string, number>();
  for (const [name, value] of Object.entries(row) as [Column, unknown][]) {
    if (typeof value === "string") {
      fitted[name] = cutText(value, MAX_VALUE_BYTES);
      if (fitted[name] !== value) told.set(name, Buffer.byteLength(value));
    } else if (COLUMNS[name] === "dynamic") {
      const { value: cut, cuts } = fitJson(value, MAX_VALUE_BYTES, name);
      fitted[name] = cut;
      for (const [path, bytes] of toldCuts(name, value, cuts)) told.set(path, bytes);
    } else fitted[name] = value;
  }
  const { value: whole, cuts } = charactersOf(fitted) <= SURELY_SHORT
    ? { value: fitted, cuts: new Map<string, number>() }
    : fitJson(fitted, MAX_ROW_BYTES, "");
  for (const path of cuts.keys()) {
    const column = path.split(".")[0] as Column;
    if (!told.has(column)) told.set(column, bytesOf(row[column]));
  }
  return told.size === 0 ? fitted : { CutFields: Object.fromEntries(told), ...whole as Row };
}

function toldCuts(
  column: Column,
  value: unknown,
  cuts: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const areFew = cuts.size <= MAX_TOLD_CUTS &&
    [...cuts.keys()].every((path) => path.length <= MAX_PATH_LENGTH);
  return areFew ? cuts : new Map([[column, bytesOf(value)]]);
}

/** How many characters there are in the columns that are texts. */
function charactersOf(row: Row): number {
  const texts = Object.values(row).filter((value) => typeof value === "string");
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
}
