/** What one search for events reads: whole instants, so that links to it show the same, and the next search all others. */
import assert from "node:assert/strict";
import { iso } from "../../../src/engine/time.ts";
import type { AuditEvent } from "../../../src/sources/liveperson/event.ts";
import {
  FIRST_SEARCH,
  hrefOfEvent,
  matching,
  readSearch,
  searchOfShown,
} from "../../../src/http/dashboard/event_search.ts";
import { wholeInstants } from "../../../src/http/dashboard/read_events.ts";
import { NOW_MS } from "./sample_app.ts";

const T_MS = NOW_MS - 60_000;
const FORM = { account: "a", ...FIRST_SEARCH };

/** An event of each time; null for one whose time can't be read. */
function trail(times: readonly (number | null)[]): AuditEvent[] {
  return times.map((timeMs, i) => ({
    ...{ changeDate: null, accountId: "a", objectType: "USER", element: null },
    ...{ changeType: "UPDATE", userId: null, changedBy: null, event_id: `${i}-1` },
    _time: iso(timeMs ?? NOW_MS),
    ...(timeMs === null && { changeDateError: "changeDate could not be read" }),
  }));
}

/** Reads as the collector does. */
function search(all: readonly AuditEvent[], form: typeof FORM) {
  const asked = readSearch(form, NOW_MS);
  assert.ok("search" in asked, JSON.stringify(asked));
  const { startMs, endMs = Infinity, limit, shown } = asked.search;
  let timeMs = -Infinity;
  const inRange = all.filter(({ _time, changeDateError }) => {
    if (changeDateError === undefined) timeMs = Date.parse(_time);
    return timeMs >= startMs && timeMs < endMs;
  });
  const events = inRange.slice(0, limit);
  const read = wholeInstants({ events, pushed: 0, more: inRange.length > limit }, {
    startMs,
    endMs,
  });
  return { ...read, shown: matching(read.events, form).slice(0, shown) };
}

/** Follows the link to the next search until there is none. */
function searchAll(all: readonly AuditEvent[], form: typeof FORM): string[] {
  const ids: string[] = [];
  for (let turns = 0, start: string | null = form.start; start !== null; turns++) {
    assert.ok(turns < 10, "each search gets further");
    const { events, rest } = search(all, { ...form, start });
    ids.push(...events.map(({ event }) => event.event_id));
    start = rest === null || rest.nextMs === null ? null : iso(rest.nextMs);
  }
  return ids;
}

function idsOf(events: readonly { readonly event: AuditEvent }[]): string[] {
  return events.map(({ event }) => event.event_id);
}

const minutesAgo = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => NOW_MS - from * 60_000 + i * 24_000);
const at = (timeMs: number, count: number) => Array.from({ length: count }, () => timeMs);

Deno.test("a search that ends within an instant shows what its link and its exports have", () => {
  const all = trail([...minutesAgo(500, 900), ...at(T_MS, 200)]);
  const { shown, events, rest } = search(all, FORM);
  assert.equal(events.length, 900);
  assert.deepEqual(rest, { nextMs: T_MS, unfinishedMs: null });
  assert.equal(shown.length, 50);
  assert.deepEqual(idsOf(search(all, searchOfShown(FORM, shown)).shown), idsOf(shown));
  assert.deepEqual(searchAll(all, FORM), idsOf(all.map((event) => ({ event }))));
});

Deno.test("an instant with as many events as one search reads is whole", () => {
  const all = trail([...at(T_MS, 1000), T_MS + 1]);
  assert.deepEqual(search(all, FORM).rest, { nextMs: T_MS + 1, unfinishedMs: null });
  assert.equal(search(trail(at(T_MS, 1000)), FORM).rest, null);
  assert.equal(searchAll(all, FORM).length, 1001);
});

Deno.test("an instant with more events than one search reads is told, and the next search goes past it", () => {
  const all = trail([...at(T_MS, 1100), ...at(T_MS + 1000, 3)]);
  const { shown, events, rest } = search(all, FORM);
  assert.deepEqual([events.length, rest], [1000, { nextMs: T_MS + 1, unfinishedMs: T_MS }]);
  const again = search(all, searchOfShown(FORM, shown));
  assert.deepEqual(idsOf(again.shown), idsOf(shown));
  assert.deepEqual(again.rest, { nextMs: null, unfinishedMs: T_MS }, "its range ends there");
  assert.equal(searchAll(all, FORM).length, 1003);
});

Deno.test("what is too large to be read at once ends where an instant ends too", () => {
  const range = { startMs: NOW_MS - 3_600_000 };
  const told = (times: readonly number[]) =>
    wholeInstants({ events: trail(times), pushed: 0, more: true }, range).rest;
  assert.deepEqual(told([T_MS, T_MS + 1, T_MS + 1]), { nextMs: T_MS + 1, unfinishedMs: null });
  assert.deepEqual(told([T_MS]), { nextMs: T_MS + 1, unfinishedMs: T_MS });
});

Deno.test("an event whose time can't be read is linked to where it stands in the listing", () => {
  const all = trail([T_MS, null, T_MS + 5000, null]);
  const { shown } = search(all, { ...FORM, start: iso(T_MS - 1000) });
  assert.deepEqual(idsOf(shown), ["3-1", "2-1", "1-1", "0-1"]);
  assert.deepEqual(searchOfShown(FORM, shown.slice(0, 3)).start, iso(T_MS));
  assert.deepEqual(searchOfShown(FORM, shown).end, iso(T_MS + 5001));
  const link = new URLSearchParams(hrefOfEvent("a", shown[2]).split("?")[1]);
  assert.deepEqual([link.get("start"), link.get("event")], [iso(T_MS), "1-1"]);
});
