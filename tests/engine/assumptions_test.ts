/** What becomes of the events when the source breaks what the guarantee assumes of it. */
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
} from "./stage.ts";
import type { World } from "./world.ts";

/** A run every five minutes, up to a time. */
async function collectUntil(world: World, endMs: number): Promise<void> {
  for (; world.nowMs < endMs; world.nowMs += 5 * MINUTE) await collect(world);
}

/** Everything behind the watermark is read again. Returns how many events that delivers. */
async function reconcile(world: World): Promise<number> {
  let delivered = 0;
  for (let run = 0; run < 20; run++) {
    const limits = { ...LIMITS, untilMs: world.cursor.watermarkMs };
    const { progress, failure } = await world.run(limits, 0, { reconcile: true });
    if (failure !== undefined) throw failure;
    delivered += progress.delivered;
    if (!progress.more && !progress.behind) return delivered;
  }
  throw new Error("reconciliation comes to no end");
}

/** It is collected from the first record on. */
const EARLY = { nowMs: NOON - 8 * HOUR };

const twice = ({ received }: World) => received.length - new Set(received).size;

Deno.test("a total that counts more than the listing shows holds nothing up and hides nothing", async (t) => {
  for (const count of [50, 3000]) {
    await t.step(`in a listing of ${count} records`, async () => {
      const times = [...every(10_000, NOON - 9 * HOUR, count), ...every(MINUTE, NOON, 60)];
      const world = account(recordsAt(times), { habits: { totalSurplus: 5 } });
      await collectUntil(world, NOON + 2 * HOUR);
      assertComplete(world);
      const told = world.gaps.map(({ records, why }) => ({ records, why }));
      const gap = { records: 5, why: "beyond the last offset" };
      assert.ok(count === 50 ? told.length === 0 : told.some((one) => one.records === 5));
      if (count > 50) assert.deepEqual(told.at(-1), gap);
      const { reads, commits, behind } = await collectOnce(world);
      assert.deepEqual({ commits, behind }, { commits: 0, behind: false });
      assert.ok(reads <= 2, `${reads}`);
    });
  }
});

Deno.test("records that are removed for good are waited for, then nothing is lost and nothing comes twice", async () => {
  const world = account(recordsAt(every(MINUTE, NOON - 8 * HOUR, 10 * 60)), EARLY);
  await collectUntil(world, NOON);
  const removed = new Set(world.received.slice(-200, -150));
  world.records = world.records.filter(({ uid }) => !removed.has(uid));
  assert.equal((await collectOnce(world)).behind, true);
  await collectUntil(world, NOON + 3 * HOUR);
  assert.equal(twice(world), 0);
  const received = new Set(world.received);
  assert.deepEqual(world.records.filter(({ uid }) => !received.has(uid)), []);
});

Deno.test("as many records inserted before the place as were removed: reconciliation finds them", async () => {
  const world = account(recordsAt(every(MINUTE, NOON - 8 * HOUR, 8 * 60)), EARLY);
  await collectUntil(world, NOON + HOUR);
  const inserted = every(MINUTE, NOON - 7 * HOUR + 500, 3).map((timeMs, i) => ({
    uid: 1000 + i,
    content: 1000 + i,
    timeMs,
    visibleAtMs: world.nowMs,
  }));
  world.records = [...world.records.filter(({ uid }) => uid < 5 || uid > 7), ...inserted];
  await collectUntil(world, NOON + 2 * HOUR);
  assert.ok(inserted.every(({ uid }) => !world.received.includes(uid)));
  assert.equal(await reconcile(world), 3);
  assert.ok(inserted.every(({ uid }) => world.received.includes(uid)));
  assert.equal(twice(world), 0);
});

Deno.test("neighbours in the wrong order: none is missing, and what comes again has its id", async () => {
  const world = account(recordsAt(every(MINUTE, NOON - 8 * HOUR, 10 * 60)), {
    ...EARLY,
    habits: { order: "none" },
  });
  await collectUntil(world, NOON + 4 * HOUR);
  assert.equal(new Set(world.received).size, 600);
  assert.equal(new Set(world.receivedIds).size, 600);
  assert.ok(twice(world) <= 30, `${twice(world)}`);
  assert.equal((await collectOnce(world)).reads, 1);
});

Deno.test("a late record among some without a readable date is delivered, at the latest by reconciliation", async () => {
  const records = recordsAt(every(MINUTE, NOON - 4 * HOUR, 4 * 60));
  const world = account([
    ...records.map((record) => ({ ...record, undated: record.uid % 10 === 0 })),
    { uid: 500, content: 500, timeMs: NOON - 6 * MINUTE - 1, visibleAtMs: NOON + MINUTE },
  ]);
  await collectUntil(world, NOON + 2 * HOUR);
  await reconcile(world);
  assert.ok(world.received.includes(500));
  assert.equal(new Set(world.received).size, world.records.length);
});

Deno.test("without a ledger, reconciliation repeats what was delivered, under the same ids", async () => {
  const world = account(recordsAt(every(MINUTE, NOON - 8 * HOUR, 101)));
  await collectUntil(world, NOON + HOUR);
  assert.equal(await reconcile(world), 0);
  world.ledger.clear();
  assert.equal(await reconcile(world), 100, "all but the newest, which the watermark never passes");
  assert.equal(new Set(world.receivedIds).size, 101);
});

Deno.test("a record of tomorrow is delivered today, and what comes before it too", async () => {
  const times = [...every(MINUTE, NOON - HOUR, 60), NOON + DAY, ...every(MINUTE, NOON, 60)];
  const world = account(
    recordsAt(times).map((record) => ({
      ...record,
      visibleAtMs: record.uid === 60 ? NOON - HOUR : record.visibleAtMs,
    })),
  );
  await collect(world);
  assert.ok(world.received.includes(60));
  await collectUntil(world, NOON + 2 * DAY);
  assertComplete(world);
});

Deno.test("a record of tomorrow costs at most one request more in each run", async () => {
  const times = [...every(MINUTE, NOON - HOUR, 60), NOON + DAY];
  const world = account(
    recordsAt(times).map((record) => ({
      ...record,
      visibleAtMs: Math.min(record.visibleAtMs, NOON - MINUTE),
    })),
  );
  await collect(world);
  assert.ok(world.received.includes(60));
  const missing = () => world.records.filter(({ uid }) => !world.received.includes(uid));
  for (; world.nowMs < NOON + 6 * HOUR; world.nowMs += 5 * MINUTE) {
    const uid = world.records.length;
    const timeMs = world.nowMs - MINUTE;
    world.records = [...world.records, { uid, content: uid, timeMs, visibleAtMs: timeMs }];
    const { reads } = await collectOnce(world);
    assert.ok(reads <= 2, `${reads}`);
    assert.deepEqual(missing(), []);
  }
});
