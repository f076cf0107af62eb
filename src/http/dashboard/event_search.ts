/** The search for recent events: its fields, and which events match. Pure. */
import type { GetEventsArguments } from "../../collector/runs/read_events.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import { parsePast, PAST_FORMS } from "../../settings/duration.ts";

/** The fields of the form, as they were typed. */
export interface SearchForm {
  readonly account: string;
  readonly start: string;
  readonly limit: string;
  readonly text: string;
}

interface Search extends GetEventsArguments {
  /** The most events to show. */
  readonly shown: number;
}

/** What is wrong with the fields, by their names. */
export type WrongFields = Readonly<Partial<Record<"start" | "limit", string>>>;

/** How many events one search reads, however many of them it shows. */
export const MAX_READ = 1_000;

/** The most events on one page. */
export const MAX_SHOWN = 200;

/** The search, or what is wrong with its fields, under the names that the page shows. */
export function readSearch(
  { start, limit }: SearchForm,
  nowMs: number,
): { readonly search: Search } | { readonly wrong: WrongFields } {
  const startMs = parsePast(start, nowMs);
  const shown = /^\d+$/.test(limit.trim()) ? Number(limit) : 0;
  const wrong: WrongFields = {
    ...(startMs === null && { start: `Since must be ${PAST_FORMS}.` }),
    ...(startMs !== null && startMs > nowMs && { start: "Since must not lie in the future." }),
    ...((shown < 1 || shown > MAX_SHOWN) &&
      { limit: `Show at most must be a whole number from 1 to ${MAX_SHOWN}.` }),
  };
  if (startMs === null || Object.keys(wrong).length > 0) return { wrong };
  return { search: { startMs, limit: MAX_READ, push: false, shown } };
}

/** The events that contain the text in any field, ignoring case; newest first. */
export function matching(events: readonly AuditEvent[], text: string): AuditEvent[] {
  const wanted = text.trim().toLowerCase();
  return events.filter((event) => wanted === "" || haystack(event).includes(wanted)).reverse();
}

/** Any value as text. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** JSON in which no character changes the direction of the text around it. */
export function readableJson(event: AuditEvent): string {
  return JSON.stringify(event, null, 2).replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}

function haystack(event: AuditEvent): string {
  return Object.values(event).map(shown).join("\n").toLowerCase();
}
