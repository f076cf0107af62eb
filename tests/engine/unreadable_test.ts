/** Records that the source has and can't show, and records without a readable date. */
import assert from "node:assert/strict";
import {
  account,
  assertComplete,
  collect,
  collectOnce,
  DAY,
  every,
  HOUR,
  MINUTE,
  NOON,
  recordsAt,
  SECOND,
} from "./stage.ts";

for (const unreadableAs of ["failure", "null"] as const) {
  Deno.test(`one record of 3,000 can't be shown (${unreadableAs}): all others are delivered in 75 requests, and a gap is told`, async () => {
    const world = account(recordsAt(every(MINUTE / 2, NOON - DAY, 2800)), {
      habits: { unreadable: new Set([700]), unreadableAs },
    });
    const reads = await collect(world);
    assertComplete(world, { missing: 1 });
    assert.ok(world.gaps.length > 0);
    for (const { why, records, afterMs } of world.gaps) {
      const gap = { why: "unreadable", records: 1, afterMs: NOON - DAY + 699 * MINUTE / 2 };
      assert.deepEqual({ why, records, afterMs }, gap);
    }
    assert.ok(reads.length === 1 && reads[0] <= 75, `${reads}`);
  });

  Deno.test(`the last record can't be shown (${unreadableAs}): what comes after it does not wait`, async () => {
    const world = account(recordsAt([...every(MINUTE, NOON - HOUR, 60), NOON + MINUTE]), {
      habits: { unreadable: new Set([59]), unreadableAs },
    });
    await collect(world);
    world.nowMs += 2 * MINUTE;
    await collect(world);
    assertComplete(world, { missing: 1 });
  });
}

Deno.test("pages of 500 that always fail, while 100 succeed: the size is learnt for later runs", async () => {
  const world = account(recordsAt(every(SECOND, NOON - HOUR, 1500)), {
    habits: { largestPage: 100 },
  });
  const [first] = await collect(world);
  assertComplete(world);
  assert.deepEqual(world.gaps, []);
  assert.ok(first <= 50, `${first}`);
  await collect(world);
  assert.equal((await collectOnce(world)).reads, 1);
});

Deno.test("600 records in a row without a readable date do not stop the reading", async () => {
  const records = recordsAt(every(SECOND, NOON - HOUR, 800)).map((record) => ({
    ...record,
    undated: record.uid >= 100 && record.uid < 700,
  }));
  const world = account(records);
  const reads = await collect(world);
  assertComplete(world);
  assert.ok(reads.length <= 2 && reads[0] <= 30, `${reads}`);
  await collect(world);
  assert.equal((await collectOnce(world)).reads, 1);
});
