/** Pages that are capped, offsets that end, and days that begin elsewhere. */
import assert from "node:assert/strict";
import { firstCursor } from "../../src/engine/cursor.ts";
import { PageReader } from "../../src/engine/page_reader.ts";
import { startProgress } from "../../src/engine/progress.ts";
import {
  account,
  assertComplete,
  collect,
  collectOnce,
  DAY,
  every,
  HOUR,
  LIMITS,
  MINUTE,
  NOON,
  recordsAt,
  SECOND,
} from "./stage.ts";
import { gapsAfter, recordsMissing } from "../../src/collector/health/gaps.ts";
import type { Gap } from "../../src/engine/progress.ts";
import { PageFailure } from "./world.ts";

const MIDNIGHT = NOON - 12 * HOUR;

for (const cap of [100, 250]) {
  for (const tellsTotal of [true, false]) {
    const told = tellsTotal ? "with" : "without";
    Deno.test(`pages that are capped at ${cap}, ${told} totals, are no end`, async () => {
      const world = account(recordsAt(every(SECOND, NOON - 5 * HOUR, 3000)), {
        habits: { cap, tellsTotal },
      });
      const [reads] = await collect(world);
      assertComplete(world);
      assert.ok(reads <= 3000 / (cap - 16) + 13, `${reads}`);
      await collect(world);
      const { reads: idle, commits } = await collectOnce(world);
      assert.deepEqual({ idle, commits }, { idle: 1, commits: 0 });
    });
  }
}

for (const lastOffsetAs of ["empty", "failure"] as const) {
  for (const tellsTotal of [true, false]) {
    const told = tellsTotal ? "with" : "without";
    Deno.test(`offsets end at 10,000 (${lastOffsetAs}, ${told} totals): the next day is read, and a gap is told`, async () => {
      const records = recordsAt(every(5 * SECOND, MIDNIGHT, 24_000));
      const world = account(records, {
        startMs: MIDNIGHT,
        nowMs: MIDNIGHT + HOUR,
        habits: { lastOffset: 10_000, lastOffsetAs, tellsTotal },
      });
      let most = 0;
      for (; world.nowMs < MIDNIGHT + 2 * DAY; world.nowMs += HOUR) {
        for (const reads of await collect(world)) most = Math.max(most, reads);
      }
      // 17,280 records a day: the first 10,000 of the first day, and all of the second
      assert.ok(most <= 150, `${most}`);
      assert.ok(world.received.length >= 16_000, `${world.received.length}`);
      assert.equal(new Set(world.received).size, world.received.length);
      const gaps = world.gaps.filter(({ why }) => why === "beyond the last offset");
      const received = new Set(world.received);
      const missing = world.records.filter(({ uid }) => !received.has(uid));
      for (const { timeMs } of missing) {
        assert.ok(
          gaps.some(({ afterMs, beforeMs }) =>
            timeMs >= (afterMs ?? 0) && timeMs <= (beforeMs ?? timeMs)
          ),
          new Date(timeMs).toISOString(),
        );
      }
      const { reads } = await collectOnce(world);
      assert.ok(reads <= 4, `${reads}`);
    });
  }
}

for (
  const [name, dayShiftMs] of [["5 hours late", 5 * HOUR], ["9 hours early", -9 * HOUR]] as const
) {
  Deno.test(`a day that begins ${name} loses nothing`, async () => {
    const world = account(recordsAt(every(5 * MINUTE, NOON - DAY, 36 * 12)), {
      startMs: NOON - DAY - HOUR,
      nowMs: NOON - DAY,
      habits: { dayShiftMs },
    });
    for (; world.nowMs < NOON + 13 * HOUR; world.nowMs += 5 * MINUTE) await collect(world);
    assertComplete(world);
  });
}

Deno.test("an outage that begins while a failed page is looked into is no end of the offsets", async () => {
  for (let answers = 2; answers < 24; answers++) {
    const world = account(recordsAt(every(SECOND, NOON - HOUR, 600)), {
      habits: { unreadable: new Set([300]) },
    });
    let asked = 0;
    world.habits.behindMs = () => {
      if (++asked > answers) world.habits.largestPage = 0;
      return 0;
    };
    const { failure } = await world.run(LIMITS);
    assert.ok(failure === undefined || failure instanceof PageFailure);
    world.habits.behindMs = () => 0;
    world.habits.largestPage = Infinity;
    await collect(world);
    assertComplete(world, { missing: 1 });
    assert.ok(world.gaps.every(({ why }) => why === "unreadable"), JSON.stringify(world.gaps));
  }
});

Deno.test("a page that fails where the offsets end is told as their end, if there is more", async () => {
  const progress = startProgress(firstCursor(NOON), false);
  const reader = new PageReader(
    {
      source: {
        scope: "",
        memory: null,
        throttled: 0,
        isPageFailure: (error) => error instanceof PageFailure,
        read: ({ first }) =>
          first > 100
            ? Promise.reject(new PageFailure())
            : Promise.resolve({ records: [], readAtMs: NOON, total: 700 }),
      },
      clock: () => NOON,
      hasBudget: () => true,
      yieldToEventLoop: () => Promise.resolve(),
    },
    LIMITS,
    progress,
  );
  const { last, saysMore, hidden } = await reader.readAt("2026-03-10", 600);
  assert.deepEqual([last, saysMore, hidden], [true, true, 100]);
});

interface CutDays {
  readonly tellsTotal?: boolean;
  readonly lastOffsetAs?: "empty" | "failure";
  /** The last day's time of the runs. */
  readonly at?: number;
  readonly untilMs?: number;
  /** Records that can't be shown. */
  readonly unreadable?: readonly number[];
}

/** Days of as many records each, from midnight on, of a source whose offsets end at 1,000, as runs show them. */
async function cutDays(
  perDay: readonly number[],
  { tellsTotal = true, lastOffsetAs = "empty", at = 20 * HOUR, untilMs, unreadable = [] }: CutDays =
    {},
) {
  const records = recordsAt(
    perDay.flatMap((count, day) => every(10 * SECOND, MIDNIGHT + day * DAY, count)),
  );
  const world = account(records, {
    startMs: MIDNIGHT,
    nowMs: MIDNIGHT + (perDay.length - 1) * DAY + at,
    habits: {
      ...{ lastOffset: 1000, lastOffsetAs, tellsTotal },
      ...{ unreadable: new Set(unreadable), unreadableAs: "null" },
    },
  });
  const limits = { ...LIMITS, ...(untilMs !== undefined && { untilMs }) };
  let gaps: readonly Gap[] = [];
  for (let run = 0; run < 4; run++) {
    gaps = gapsAfter(gaps, (await collectOnce(world, limits)).gaps, []);
  }
  const wanted = records.filter(({ timeMs }) => timeMs < (untilMs ?? Infinity));
  return { missing: wanted.length - world.received.length, told: recordsMissing(gaps), gaps };
}

for (
  const [name, perDay, missing] of [
    ["one day", [1500], 500],
    ["a long day and a short one", [1500, 200], 500],
    ["a long day and two short ones", [1500, 200, 200], 500],
    ["short days, which reach into the next one's listing", [800, 800, 800], 0],
    ["a listing that ends with the first record of the next one", [999, 200], 0],
    ["two long days", [1500, 1300], 800],
  ] as const
) {
  Deno.test(`where offsets end, as many are told missing as are: ${name}`, async () => {
    const { gaps: _, ...told } = await cutDays(perDay);
    assert.deepEqual(told, { missing, told: missing });
    const untold = await cutDays(perDay, { tellsTotal: false });
    assert.equal(untold.missing, missing);
    // how many can't be known then; that there are any only shows in the listing of a later day
    if (perDay.length > 1) assert.equal(untold.told > 0, missing > 0);
  });
}

Deno.test("where no later listing shows anything, what the source counts beyond its last offset is told", async () => {
  for (const lastOffsetAs of ["empty", "failure"] as const) {
    for (const at of [5 * HOUR, 20 * HOUR]) {
      const { missing, told } = await cutDays([1500], { at, lastOffsetAs });
      assert.deepEqual([missing, told], [500, 500], lastOffsetAs);
    }
  }
});

Deno.test("where a listing ends just before the next one begins, one is told: it may have come meanwhile", async () => {
  const { missing, told } = await cutDays([1000, 200]);
  assert.deepEqual([missing, told], [0, 1]);
});

Deno.test("a range tells only what is missing in it, wherever its listing ends", async () => {
  const unreadable = [1500 + 20]; // in the listing of the next day
  for (const untilMs of [MIDNIGHT + 6 * HOUR, MIDNIGHT + DAY]) {
    const long = await cutDays([1500, 200], { untilMs });
    assert.deepEqual([long.missing, long.told], [500, 500]);
  }
  const { gaps } = await cutDays([1500, 200], { untilMs: MIDNIGHT + 6 * HOUR, unreadable });
  assert.deepEqual(gaps.map(({ why }) => why), ["beyond the last offset"]);
  const short = await cutDays([800, 800], { untilMs: MIDNIGHT + DAY });
  assert.deepEqual([short.missing, short.gaps], [0, []]);
  const early = await cutDays([1500], { untilMs: MIDNIGHT + 2 * HOUR });
  assert.deepEqual([early.missing, early.gaps], [0, []]);
});
