/**
 * The law of progress: a run moves something durable, or it ends idle, failed or waiting; and what it asks
 * of the source is bounded by what is new to it, however the source behaves.
 */
import assert from "node:assert/strict";
import type { Cursor } from "../../src/engine/cursor.ts";
import type { Limits } from "../../src/engine/ports.ts";
import type { Progress } from "../../src/engine/progress.ts";
import type { Habits, World } from "./world.ts";

/** What a run was, seen from outside. */
export interface RunSeen {
  readonly progress: Progress;
  readonly failure: unknown;
  readonly reads: number;
}

/** `before`: the cursor that the run began with. */
export function assertProgress(world: World, before: Cursor, limits: Limits, run: RunSeen): void {
  const { progress, failure, reads } = run;
  if (failure === undefined && progress.more) {
    assert.ok(progress.commits > 0, "a run that wants another one has moved something");
  }
  const most = mostRequests(world, before, limits, progress);
  assert.ok(reads <= most, `a run made ${reads} requests; ${most} are enough`);
}

/** An instant is read so often, each time with smaller pages, the smallest a third of the first: see `whole_instant.ts`. */
const SWEEPS = 5;
const SMALLEST_SWEEP = 0.32;
/** Searches that go on with the next day, and find out whether it has to be. */
const LATER_DAY_SEARCHES = 5;

/**
 * requests ≤ pages + (1 + returns) × (search + bisection + ahead) + sweeps + failures × cost
 *
 * - pages: all from the watermark on, once, with what follows a short page
 * - returns: each time the listing was seen to have moved, and once to a later day
 * - search: the listing is searched in growing strides, then by halving
 * - bisection: of the boundaries of the window, one for each instant from the watermark on
 * - ahead: pages that were read ahead and could not be used
 * - sweeps: of each instant that is larger than a page, once and at each return
 * - failures × cost: a page that fails is halved, at its smallest records are asked for one by one, and then
 *   others around them; it may be met by every one of the steps above. Offsets that end with a failure are
 *   found by halving, in the listings of two days
 */
export function mostRequests(
  { habits, records, nowMs }: World,
  { watermarkMs, place }: Cursor,
  { pageSize, maxPagesInFlight: ahead }: Limits,
  { relocations }: Progress,
): number {
  const page = Math.max(2, Math.min(pageSize, habits.cap, habits.largestPage));
  const openMs = Math.min(watermarkMs, place?.beforeMs ?? Infinity);
  const shown = records.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
  const open = shown.filter(({ timeMs }) => timeMs >= openMs);
  const sizes = [...Map.groupBy(open, ({ timeMs }) => timeMs).values()].map(({ length }) => length);
  const large = sizes.filter((size) => size >= page - 1);
  const smallest = Math.max(2, SMALLEST_SWEEP * page);
  const returns = relocations + LATER_DAY_SEARCHES;
  const pages = 2 * (Math.ceil(open.length / (page - 1)) + 1);
  const search = 2 * Math.ceil(Math.log2(shown.length / page + 1)) + 2;
  const bisection = Math.ceil(Math.log2(sizes.length + 1)) + 1;
  const sweeps = SWEEPS * large.reduce((sum, size) => sum + Math.ceil(size / smallest) + 3, 0);
  const steps = returns + (large.length > 0 ? SWEEPS * (1 + relocations) : 0);
  const endsByFailing = habits.lastOffsetAs === "failure" && habits.lastOffset < Infinity;
  const failures = failuresOf(habits, pageSize) * steps + (endsByFailing ? search * 2 : 0);
  return pages + (1 + returns) * (search + bisection + ahead) + (1 + relocations) * sweeps +
    failures * costOfFailure(pageSize);
}

/** How many places of the listing make a page fail. */
function failuresOf(habits: Habits, pageSize: number): number {
  return (habits.unreadableAs === "failure" ? habits.unreadable.size : 0) +
    (habits.largestPage < pageSize ? 1 : 0);
}

/** Halvings, the record alone and the four next to it, and five farther away on either side. */
function costOfFailure(pageSize: number): number {
  return Math.ceil(Math.log2(pageSize)) + 5 + 2 * 5;
}
