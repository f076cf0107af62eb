/**
 * What is expected of the engine at the end of a history: every event was delivered, or is kept, or lies in
 * a gap that was told; nothing came twice but what was in doubt; twins are two.
 */
import assert from "node:assert/strict";
import type { Gap } from "../../src/engine/progress.ts";
import { dayAfter, dayStartMs, HOUR_MS, listingDay } from "../../src/engine/time.ts";
import type { History } from "./history.ts";
import type { World, WorldRecord } from "./world.ts";

/** `startMs`: nothing older is to be delivered. `open`: gaps of what was not reconciled, and from when on that is. */
export function check(
  world: World,
  records: readonly WorldRecord[],
  h: History,
  startMs: number,
  open: { openFromMs: number; gaps: readonly Gap[] } = { openFromMs: Infinity, gaps: [] },
): void {
  const groups = toGroups(world, records, h);
  for (const { name, ids, size } of groups.values()) {
    // an event that was rendered otherwise after a push that was never acknowledged is another one
    const doubtful = isRenderedAnew(h)
      ? [...ids].filter((id) => world.unsettled.has(id)).length
      : 0;
    const message = `${name} was given ${ids.size} ids, and has ${size} records`;
    assert.ok(ids.size <= size + doubtful, message);
  }
  const missing = [...groups.values()].flatMap(({ name, timeMs, ids, due }) =>
    timeMs >= startMs && due > ids.size ? [{ name, timeMs, count: due - ids.size }] : []
  );
  assertIsTold(missing.filter(({ timeMs }) => timeMs < open.openFromMs), world.gaps);
  assertIsTold(missing.filter(({ timeMs }) => timeMs >= open.openFromMs), open.gaps);
  checkKept(world, records, h);
  for (const id of new Set(world.receivedIds)) {
    const times = world.receivedIds.filter((received) => received === id).length;
    assert.ok(times <= 1 + (world.unsettled.get(id) ?? 0), `${id} was delivered ${times} times`);
  }
}

/** Records that look the same; where they were rendered anew in between, all of an instant. */
interface Group {
  readonly name: string;
  readonly timeMs: number;
  size: number;
  /** How many of them are to be delivered. */
  due: number;
  readonly ids: Set<string>;
}

function toGroups(world: World, records: readonly WorldRecord[], h: History): Map<string, Group> {
  const groups = new Map<string, Group>();
  const groupOf = ({ timeMs, content }: WorldRecord) => {
    const name = isRenderedAnew(h) ? String(timeMs) : `${timeMs} ${content}`;
    const group = groups.get(name) ?? { name, timeMs, size: 0, due: 0, ids: new Set() };
    groups.set(name, group);
    return group;
  };
  const hiddenMs = hiddenFromMs(world, h.unreadable);
  for (const record of records) {
    const group = groupOf(record);
    group.size++;
    const isShown = record.timeMs <= world.collectedMs && !record.filtered;
    if (isShown && record.timeMs < hiddenMs) group.due++;
  }
  for (const [i, uid] of world.received.entries()) {
    groupOf(records[uid]).ids.add(world.receivedIds[i]);
  }
  for (const { json, eventId } of world.kept) groupOf(records[Number(json)]).ids.add(eventId);
  return groups;
}

/**
 * From when on a source whose offsets end without a word hides its records: as long as the listing of no
 * later day, which has begun in every time zone for an hour, shows a date that is newer than those of the
 * one that is read, and an hour old.
 */
function hiddenFromMs(
  { habits, cursor, startedMs: nowMs, records }: World,
  unreadable: readonly number[],
): number {
  const { lastOffset, lastOffsetAs, tellsTotal, dayShiftMs } = habits;
  if (lastOffset === Infinity || lastOffsetAs === "failure" || tellsTotal) return Infinity;
  const shownOf = (day: string) =>
    records.filter(({ timeMs, goneAtMs = Infinity }) =>
      timeMs >= dayStartMs(day) + dayShiftMs && timeMs <= nowMs && goneAtMs === Infinity
    ).sort((a, b) => a.timeMs - b.timeMs).slice(0, lastOffset).map(({ timeMs }) => timeMs);
  // of an instant, any of its records may be the one that is shown
  const readable = new Set<number>();
  const doubtful = new Set<number>();
  for (const { uid, timeMs } of records) {
    (unreadable.includes(uid) ? doubtful : readable).add(timeMs);
  }
  const newestMs = shownOf(cursor.place!.day).findLast((timeMs) => readable.has(timeMs)) ??
    -Infinity;
  for (let { day } = cursor.place!; day < listingDay(nowMs - HOUR_MS);) {
    day = dayAfter(day);
    const isNewer = (timeMs: number) => timeMs > newestMs && timeMs <= nowMs - HOUR_MS;
    if (shownOf(day).some((timeMs) => isNewer(timeMs) && !doubtful.has(timeMs))) return Infinity;
  }
  return newestMs;
}

function isRenderedAnew(h: History): boolean {
  return h.renderedAnewAtMinute !== Infinity;
}

interface Missing {
  readonly name: string;
  readonly timeMs: number;
  readonly count: number;
}

/** Each missing event lies in a gap: at an instant that was never shown whole, behind the last offset, or unreadable. */
function assertIsTold(missing: readonly Missing[], gaps: readonly Gap[]): void {
  const neverShown = new Map<number, number>();
  let unreadable = 0;
  for (const { why, records, afterMs } of gaps) {
    if (why === "never shown") neverShown.set(afterMs!, (neverShown.get(afterMs!) ?? 0) + records!);
    if (why === "unreadable") unreadable += records!;
  }
  const isBeyond = (timeMs: number) =>
    gaps.some(({ why, afterMs, beforeMs }) =>
      why === "beyond the last offset" && timeMs >= (afterMs ?? 0) && timeMs <= (beforeMs ?? timeMs)
    );
  for (const { name, timeMs, count } of missing) {
    if (isBeyond(timeMs)) continue;
    const told = Math.min(count, neverShown.get(timeMs) ?? 0);
    neverShown.set(timeMs, (neverShown.get(timeMs) ?? 0) - told);
    unreadable -= count - told;
    assert.ok(
      unreadable >= 0,
      `${count} are missing of ${name}, and no gap is told that holds them`,
    );
  }
}

function checkKept(world: World, records: readonly WorldRecord[], h: History): void {
  const wrong = world.kept.filter(({ json }) => !(h.poison && records[Number(json)].content === 5));
  assert.deepEqual(wrong.map(({ json }) => json), [], "only refused events are kept in the end");
}
