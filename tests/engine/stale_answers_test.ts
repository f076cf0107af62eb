/** A source that shows less than it did: answers of a replica that is behind, and filters that change. */
import assert from "node:assert/strict";
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
import type { World } from "./world.ts";

const TIMES = every(MINUTE, NOON - 12 * HOUR, 16 * 60);

/** A run every minute or five, up to a time. */
async function collectUntil(world: World, endMs: number, stepMs = 5 * MINUTE): Promise<void> {
  while (world.nowMs < endMs) {
    await collect(world);
    world.nowMs += stepMs;
  }
}

for (
  const [name, behindMs] of [
    ["half a minute", MINUTE / 2],
    ["10 minutes", 10 * MINUTE],
    ["2 hours", 2 * HOUR],
    ["11 hours", 11 * HOUR],
    ["everything", 3 * DAY],
  ] as const
) {
  Deno.test(`one run whose answers are behind by ${name} waits, and nothing comes twice`, async () => {
    const world = account(recordsAt(TIMES), { startMs: NOON - 13 * HOUR, nowMs: NOON - 12 * HOUR });
    await collectUntil(world, NOON);
    await collect(world);
    world.habits.behindMs = () => behindMs;
    const { behind, more, delivered, reads } = await collectOnce(world);
    world.habits.behindMs = () => 0;
    assert.deepEqual({ behind, more, delivered }, { behind: true, more: false, delivered: 0 });
    assert.ok(reads <= 2, `${reads}`);
    world.nowMs += 5 * MINUTE;
    assert.equal((await collectOnce(world)).behind, false);
    await collectUntil(world, NOON + 5 * HOUR);
    assertComplete(world);
  });
}

Deno.test("a source that stays behind for more than half an hour counts as it is", async () => {
  const world = account(recordsAt(TIMES), { startMs: NOON - 13 * HOUR, nowMs: NOON - 12 * HOUR });
  await collectUntil(world, NOON);
  world.habits.behindMs = () => DAY; // records were deleted, as far as anyone can tell
  for (let run = 0; run < 7; run++) {
    const { behind } = await collectOnce(world);
    assert.equal(behind, run < 6);
    world.nowMs += 5 * MINUTE;
  }
  world.habits.behindMs = () => 0;
  await collectUntil(world, NOON + 5 * HOUR);
  assertComplete(world);
});

Deno.test("two replicas, of which one is behind by two hours: nothing comes twice, and little waits", async () => {
  const world = account(recordsAt(TIMES), {
    startMs: NOON - 13 * HOUR,
    nowMs: NOON - 12 * HOUR,
    habits: { behindMs: (read) => (read % 3 === 1 ? 2 * HOUR : 0) },
  });
  await collectUntil(world, NOON + 5 * HOUR);
  assertComplete(world);
});

Deno.test("a filter that is set and unset again repeats nothing", async () => {
  const records = recordsAt(TIMES).map((record) => ({
    ...record,
    filtered: record.timeMs > NOON - 3 * HOUR,
  }));
  const world = account(records, { startMs: NOON - 13 * HOUR, nowMs: NOON - 12 * HOUR });
  await collectUntil(world, NOON);
  world.wide = false;
  await collectUntil(world, NOON + 10 * MINUTE);
  world.wide = true;
  await collectUntil(world, NOON + 5 * HOUR);
  assert.equal(new Set(world.received).size, world.received.length);
  // what was hidden for longer than the window is left to reconciliation
  assert.ok(world.records.length - world.received.length <= 5, `${world.received.length}`);
});

Deno.test("records that are rendered otherwise from one run to the next are no new ones", async () => {
  const world = account(recordsAt(every(SECOND, NOON - HOUR, 600)), {
    habits: { renderedAnewAtMs: NOON + MINUTE },
  });
  await collect(world);
  for (let run = 0; run < 12; run++) {
    world.nowMs += 5 * MINUTE;
    assert.equal((await collectOnce(world)).delivered, 0);
  }
  assertComplete(world);
});

Deno.test("a host whose clock is 10 minutes ahead loses nothing, if the source tells the time", async () => {
  const records = every(6 * SECOND, NOON - HOUR, 600).map((timeMs, uid) => ({
    uid,
    timeMs,
    visibleAtMs: timeMs + (uid % 7 === 0 ? 14 * MINUTE : 0),
    content: uid,
  }));
  const world = account(records, {
    startMs: NOON - 2 * HOUR,
    nowMs: NOON - HOUR,
    habits: { tellsTime: true },
  });
  while (world.nowMs < NOON + HOUR) {
    await collectOnce(world, LIMITS, 10 * MINUTE);
    world.nowMs += 5 * MINUTE;
  }
  assertComplete(world);
});

Deno.test("a record that is dated 400 days ahead leaves an idle account at one request", async () => {
  const times = [
    ...every(MINUTE, NOON - 2 * HOUR, 100),
    NOON + 400 * DAY,
    ...every(MINUTE, NOON, 100),
  ];
  const records = recordsAt(times).map((record) => ({
    ...record,
    visibleAtMs: Math.min(record.visibleAtMs, record.uid === 100 ? NOON - HOUR : Infinity),
  }));
  const world = account(records);
  await collectUntil(world, NOON + 2 * HOUR);
  assertComplete(world);
  const { reads, commits } = await collectOnce(world);
  assert.deepEqual({ reads, commits }, { reads: 1, commits: 0 });
});
