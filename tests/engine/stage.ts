/** What the tests of one behaviour of the source share: an account with real limits, and what became of its events. */
import assert from "node:assert/strict";
import type { Limits } from "../../src/engine/ports.ts";
import { type Habits, World, type WorldRecord } from "./world.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Tuesday, at noon UTC. */
export const NOON = Date.parse("2026-03-10T12:00:00Z");

export const LIMITS: Limits = {
  maxFetch: 5000,
  lateArrivalWindowMs: 15 * MINUTE,
  pageSize: 500,
  smallestPage: 100,
  maxPagesInFlight: 4,
};

/** Records with numbers in order, one for each time, shown as soon as they happened. */
export function recordsAt(
  times: readonly number[],
  others: Partial<WorldRecord> = {},
): WorldRecord[] {
  return times.map((timeMs, uid) => ({
    uid,
    timeMs,
    visibleAtMs: timeMs,
    content: uid,
    ...others,
  }));
}

/** So many times from one on, at a distance. */
export function every(stepMs: number, fromMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => fromMs + i * stepMs);
}

export interface AccountOptions {
  readonly habits?: Partial<Habits>;
  readonly startMs?: number;
  readonly nowMs?: number;
  readonly readsPerRun?: number;
  readonly mostReads?: number;
}

/** An account that is collected from two days before noon on, at noon. */
export function account(records: readonly WorldRecord[], options: AccountOptions = {}): World {
  const { nowMs = NOON, ...others } = options;
  const world = new World(records, { startMs: NOON - 2 * DAY, lineBytes: 1000, ...others });
  world.nowMs = nowMs;
  return world;
}

/** Runs, one after another at once, until one wants no other. Returns how many requests each made. */
export async function collect(world: World, limits: Limits = LIMITS): Promise<number[]> {
  const reads: number[] = [];
  for (let more = true; more;) {
    const { progress, failure, reads: made } = await world.run(limits);
    if (failure !== undefined) throw failure;
    reads.push(made);
    assert.ok(reads.length < 100, "it goes on for ever");
    ({ more } = progress);
  }
  return reads;
}

/** One run that is not to fail. */
export async function collectOnce(world: World, limits: Limits = LIMITS, clockOffsetMs = 0) {
  const { progress, failure, reads } = await world.run(limits, clockOffsetMs);
  if (failure !== undefined) throw failure;
  return { ...progress, reads };
}

/** Nothing came twice, and what is missing is as many as gaps are told of. */
export function assertComplete(world: World, { missing = 0 } = {}): void {
  const received = new Set(world.received);
  assert.equal(received.size, world.received.length, "a record was delivered twice");
  assert.equal(new Set(world.receivedIds).size, world.receivedIds.length, "an id was given twice");
  assert.equal(world.records.length - received.size, missing);
}
