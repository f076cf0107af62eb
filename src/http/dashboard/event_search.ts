/** The search for recent events: its fields, and which events match. Pure. */
import type { GetEventsArguments } from "../../collector/runs/read_events.ts";
import { iso } from "../../engine/time.ts";
import { parsePast, PAST_FORMS } from "../../settings/duration.ts";
import { READ_LIMIT, type ReadEvent } from "./read_events.ts";

/** The fields of the form, as they were typed. */
export interface SearchForm {
  readonly account: string;
  readonly start: string;
  /** Empty for now. */
  readonly end: string;
  readonly limit: string;
  /** Each of these may be empty, which matches anything. */
  readonly type: string;
  readonly change: string;
  readonly user: string;
  readonly text: string;
  /** The id of the one event to look for; empty for all. */
  readonly event: string;
}

export const FIRST_SEARCH: Omit<SearchForm, "account"> = {
  start: "1 day",
  end: "",
  limit: "50",
  type: "",
  change: "",
  user: "",
  text: "",
  event: "",
};

interface Search extends GetEventsArguments {
  /** The most events to show. */
  readonly shown: number;
}

/** What is wrong with the fields, by their names. */
export type WrongFields = Readonly<Partial<Record<"start" | "end" | "limit", string>>>;

/** The most events on one page. */
export const MAX_SHOWN = 200;

/** The search, or what is wrong with its fields, under the names that the page shows. */
export function readSearch(
  { start, end, limit }: Pick<SearchForm, "start" | "end" | "limit">,
  nowMs: number,
): { readonly search: Search } | { readonly wrong: WrongFields } {
  const startMs = parsePast(start, nowMs);
  const endMs = end.trim() === "" ? undefined : parsePast(end, nowMs);
  const shown = /^\d+$/.test(limit.trim()) ? Number(limit) : 0;
  const wrong: WrongFields = {
    ...(startMs === null && { start: `Since must be ${PAST_FORMS}.` }),
    ...(startMs !== null && startMs > nowMs && { start: "Since must not be in the future." }),
    ...(endMs === null && { end: `Until must be ${PAST_FORMS}.` }),
    ...(startMs !== null && typeof endMs === "number" && endMs <= startMs &&
      { end: "Until must be after Since." }),
    ...((shown < 1 || shown > MAX_SHOWN) &&
      { limit: `Show at most must be a whole number from 1 to ${MAX_SHOWN}.` }),
  };
  if (startMs === null || endMs === null || Object.keys(wrong).length > 0) return { wrong };
  const range = { startMs, ...(endMs !== undefined && { endMs }) };
  return { search: { ...range, limit: READ_LIMIT, push: false, shown } };
}

/** The events that have what the form asks for, ignoring case; newest first. */
export function matching(
  events: readonly ReadEvent[],
  { type, change, user, text, event: id }: Omit<SearchForm, "account">,
): readonly ReadEvent[] {
  const has = (wanted: string, ...values: unknown[]) =>
    values.map(shown).join("\n").toLowerCase().includes(wanted.trim().toLowerCase());
  return events.filter(({ event }) =>
    (id === "" || event.event_id === id) &&
    has(type, event.objectType) &&
    has(change, event.changeType) &&
    has(user, event.changedBy, event.userId) &&
    has(text, ...Object.values(event))
  ).toReversed();
}

/** The address of a search. */
export function hrefOfSearch(form: SearchForm, path = "/events"): string {
  const given = Object.entries(form).filter(([, value]) => value !== "");
  return `${path}?${new URLSearchParams(given)}`;
}

/**
 * The search that finds the shown events and no newer ones, whenever it is made.
 * `events`: at least one, newest first.
 */
export function searchOfShown(form: SearchForm, events: readonly ReadEvent[]): SearchForm {
  return { ...form, start: iso(events.at(-1)!.timeMs), end: justAfter(events[0]) };
}

/** The address of one event, which works as long as LivePerson keeps the event. */
export function hrefOfEvent(account: string, read: ReadEvent): string {
  const range = { start: iso(read.timeMs), end: justAfter(read) };
  return hrefOfSearch({ account, ...FIRST_SEARCH, ...range, event: read.event.event_id });
}

/** The end of a range whose last instant is the event's. */
function justAfter({ timeMs }: ReadEvent): string {
  return iso(timeMs + 1);
}

/** Any value as text. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
