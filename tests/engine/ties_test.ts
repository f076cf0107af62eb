/** Records of one time, in every order that a source may show them in. */
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
import { ORDERS, type TieOrder } from "./tie_orders.ts";
import type { World } from "./world.ts";

const TIE_ORDERS = Object.keys(ORDERS) as TieOrder[];

/** How many records gaps were told of. */
function toldMissing({ gaps }: World): number {
  return gaps.reduce((sum, { records }) => sum + (records ?? 0), 0);
}

for (const order of TIE_ORDERS) {
  Deno.test(`1,500 records in 75 seconds, ties ${order}: all are delivered, in 10 requests`, async () => {
    const times = every(SECOND / 20, NOON - HOUR, 1500).map((ms) => ms - ms % SECOND);
    const world = account(recordsAt(times), { habits: { order } });
    const reads = await collect(world);
    assertComplete(world);
    assert.deepEqual(world.gaps, []);
    assert.ok(reads.length === 1 && reads[0] <= 10, `${reads}`);
  });

  Deno.test(`1,500 records of one second, ties ${order}: what was never shown is told, in 46 requests`, async () => {
    const times = [
      ...every(SECOND, NOON - 2 * HOUR, 100),
      ...every(0, NOON - HOUR, 1500),
      ...every(SECOND, NOON - HOUR / 2, 100),
    ];
    const world = account(recordsAt(times), { habits: { order } });
    const reads = await collect(world);
    const missing = toldMissing(world);
    assertComplete(world, { missing });
    assert.ok(missing <= (order === "stable" ? 0 : 150), `${missing} were never shown`);
    assert.ok(reads.length <= 2 && reads[0] <= 46, `${reads}`);
    await collect(world); // the listing of a later day is asked
    assert.equal((await collectOnce(world)).reads, 1);
  });

  for (const bulk of [480, 499, 500, 505, 600, 1000]) {
    Deno.test(`${bulk} records of one second, ties ${order}: what stands behind them does not wait`, async () => {
      const times = [
        ...every(SECOND, NOON - 2 * DAY + MINUTE, 100),
        ...every(0, NOON - DAY, bulk),
        ...every(SECOND, NOON - HOUR, 100),
      ];
      const world = account(recordsAt(times), { habits: { order } });
      const reads = await collect(world);
      assertComplete(world, { missing: toldMissing(world) });
      assert.equal(world.received.filter((uid) => uid >= 100 + bulk).length, 100);
      assert.ok(reads.length <= 2 && reads[0] <= 46, `${reads}`);
    });
  }

  Deno.test(`five ties at the end of an idle account, ${order}: 288 requests and no commit a day`, async () => {
    const times = [...every(MINUTE, NOON - 2 * HOUR, 50), ...every(0, NOON - HOUR, 5)];
    const world = account(recordsAt(times), { habits: { order } });
    await collect(world);
    const day = { reads: 0, commits: 0 };
    for (let run = 0; run < 288; run++) {
      world.nowMs += 5 * MINUTE;
      const { reads, commits } = await collectOnce(world);
      day.reads += reads;
      day.commits += commits;
    }
    assert.deepEqual(day, { reads: 288, commits: 0 });
    assertComplete(world);
  });

  Deno.test(`a record that comes late into an instant of 30, ${order}: it alone is delivered`, async () => {
    const times = [...every(MINUTE, NOON - 2 * HOUR, 50), ...every(0, NOON - 5 * MINUTE, 30)];
    const late = { uid: 80, timeMs: NOON - 5 * MINUTE, visibleAtMs: NOON + MINUTE, content: 80 };
    const world = account([...recordsAt(times), late], { habits: { order } });
    await collect(world);
    world.nowMs = NOON + 2 * MINUTE;
    const { delivered, reads } = await collectOnce(world);
    assert.deepEqual({ delivered, reads }, { delivered: 1, reads: 1 });
    assertComplete(world);
  });
}

Deno.test("one run with 5,000 events in distinct seconds makes at most 11 requests", async () => {
  const world = account(recordsAt(every(SECOND, NOON - 5 * HOUR, 5000)), {
    startMs: NOON - 6 * HOUR,
  });
  const { delivered, reads } = await collectOnce(world);
  assert.equal(delivered, 5000);
  assert.ok(reads <= 11, `${reads}`);
});
