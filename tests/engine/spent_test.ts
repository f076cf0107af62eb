/** The requests of a run are used up in the middle of something: the next run gets further. */
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

const PAGES = { ...LIMITS, pageSize: 50, smallestPage: 10 };

/** So many records of one second, among others. */
const bulk = (count: number) =>
  recordsAt([
    ...every(SECOND, NOON - 2 * HOUR, 60),
    ...every(0, NOON - HOUR, count),
    ...every(SECOND, NOON - HOUR / 2, 60),
  ]);

Deno.test("an instant larger than the requests of a run can read goes on from run to run", async () => {
  for (const mostReads of [8, 12, 33]) {
    const world = account(bulk(1200), { mostReads });
    const reads = await collect(world, PAGES);
    assertComplete(world);
    assert.ok(reads.every((made) => made <= mostReads));
    assert.ok(reads.length <= 1400 / 50 / (mostReads - 6) + 3, `${reads}`);
  }
});

for (const order of ["stable", "by query"] as const) {
  Deno.test(`records of a large instant that can't be shown, ties ${order}, do not use up every run`, async () => {
    const world = account(bulk(300), {
      mostReads: 33,
      habits: { order, unreadable: new Set([100, 160, 161, 250]) },
    });
    await collect(world, PAGES);
    const told = world.gaps.reduce((sum, { records }) => sum + records!, 0);
    const missing = world.records.length - new Set(world.received).size;
    assert.ok(missing <= told, `${missing} are missing, ${told} are told`);
    assertComplete(world, { missing });
    world.nowMs += MINUTE;
    assert.equal((await collectOnce(world, PAGES)).commits, 0);
  });
}

Deno.test("a row of undated records longer than a run can read is delivered over several runs", async () => {
  const records = recordsAt(every(SECOND, NOON - HOUR, 2500)).map((record) => ({
    ...record,
    undated: record.uid >= 100 && record.uid < 2400,
  }));
  const world = account(records, { mostReads: 33 });
  await collect(world, PAGES);
  assertComplete(world);
});

Deno.test("a backlog of which each run takes less than a page: the watermark moves, and little is remembered", async () => {
  const world = account(recordsAt(every(MINUTE, NOON - 1.5 * DAY, 2000)));
  let { watermarkMs } = world.cursor;
  let moved = 0;
  for (let more = true; more;) {
    ({ more } = await collectOnce(world, { ...LIMITS, maxFetch: 100 }));
    const { cursor } = world;
    moved += cursor.watermarkMs > watermarkMs ? 1 : 0;
    ({ watermarkMs } = cursor);
    const remembered = cursor.dealt.reduce((sum, { slots }) => sum + slots, 0);
    assert.ok(remembered <= LIMITS.pageSize, `${remembered}`);
  }
  assertComplete(world);
  assert.ok(moved >= 10, `${moved}`);
});

Deno.test("a run that ends while a failed page is looked into has found no end of the offsets", async () => {
  for (let readsPerRun = 12; readsPerRun < 48; readsPerRun++) {
    const world = account(recordsAt(every(SECOND, NOON - HOUR, 600)), {
      readsPerRun,
      habits: { unreadable: new Set([300, 301, 302, 303, 304, 305]) },
    });
    await collect(world);
    assertComplete(world, { missing: 6 });
    assert.deepEqual(world.gaps.filter(({ why }) => why === "beyond the last offset"), []);
  }
});
