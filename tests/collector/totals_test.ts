/** All that is delivered is in the totals and in the history, in whatever way it was delivered. */
import assert from "node:assert/strict";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const OLD = { fromMs: NOON - 20 * DAY_MS, toMs: NOON - 10 * DAY_MS };

/** A collector that has delivered one event, with two older ones that only a backfill delivers. */
async function opened(settings: Record<string, string> = {}) {
  let nowMs = NOON;
  const environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  const storage = newStorage();
  const at = (ms: number) => {
    nowMs = ms;
    return collectorIn(environment, mortalHost(storage, () => ms), settings);
  };
  const { livePerson, xsiam } = environment;
  livePerson.add([15, 12].map((days) => changeAt(NOON - days * DAY_MS)));
  livePerson.add([changeAt(NOON - MINUTE_MS)]);
  await at(NOON).collect("cron");
  return {
    ...{ at, livePerson, xsiam },
    async counted(ms: number) {
      const { health } = await at(ms).status();
      const events = health.history.days.reduce((sum, day) => sum + day.events, 0);
      const { delivered, reconciled, backfilled } = health.totals;
      return { delivered, reconciled, backfilled, events, last: health.lastDelivery?.events };
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a backfill that runs continue is counted, and the run says how many", async () => {
  await using s = await opened();
  await s.at(NOON).startBackfill(OLD);
  const { delivered, backfilled, backfill } = await s.at(NOON).collect("cron");
  assert.deepEqual([delivered, backfilled, backfill?.delivered], [0, 2, 2]);
  const counts = { delivered: 1, reconciled: 0, backfilled: 2, events: 3, last: 2 };
  assert.deepEqual(await s.counted(NOON), counts);
});

Deno.test("so is one that is continued by itself", async () => {
  await using s = await opened();
  await s.at(NOON).startBackfill(OLD);
  assert.notEqual((await s.at(NOON).advanceBackfill())?.completedAt, null);
  const counts = { delivered: 1, reconciled: 0, backfilled: 2, events: 3, last: 2 };
  assert.deepEqual(await s.counted(NOON), counts);
});

Deno.test("what reconciliation found and delivered is counted", async () => {
  await using s = await opened();
  s.livePerson.add([changeAt(NOON + 5 * HOUR_MS)]);
  await s.at(NOON + 6 * HOUR_MS).collect("cron");
  s.livePerson.add([changeAt(NOON - HOUR_MS)]);
  const morning = NOON + 15 * HOUR_MS;
  const { reconciliation } = await s.at(morning).collect("cron");
  assert.deepEqual([reconciliation?.found, reconciliation?.delivered], [1, 1]);
  const counts = { delivered: 2, reconciled: 1, backfilled: 0, events: 3, last: 1 };
  assert.deepEqual(await s.counted(morning), counts);
});

Deno.test("dead letters that are delivered at somebody's request are counted", async () => {
  await using s = await opened();
  const [poisoned, fine] = [1, 2].map((seconds) => changeAt(NOON + seconds * 1000));
  s.livePerson.add([poisoned, fine]);
  s.xsiam.poison = (event) => event.newValue === poisoned.newValue;
  await s.at(NOON + MINUTE_MS).collect("cron");
  s.xsiam.poison = undefined;
  assert.equal((await s.at(NOON + MINUTE_MS).redeliver(10)).delivered, 1);
  const counts = { delivered: 3, reconciled: 0, backfilled: 0, events: 3, last: 1 };
  assert.deepEqual(await s.counted(NOON + MINUTE_MS), counts);
});

Deno.test("what a backfill gets through that was refused before is counted, in a run and by itself", async () => {
  for (const way of ["collect", "advanceBackfill"] as const) {
    await using s = await opened();
    const late = NOON + MINUTE_MS;
    s.livePerson.add([changeAt(NOON + 1000)]);
    s.xsiam.poison = () => true;
    assert.equal((await s.at(late).collect("cron")).refused, 1);
    s.xsiam.poison = undefined;
    await s.at(late).startBackfill(OLD);
    await s.at(late)[way]("cron");
    const counts = { delivered: 2, reconciled: 0, backfilled: 2, events: 4, last: 3 };
    assert.deepEqual(await s.counted(late), counts, way);
  }
});

Deno.test("events of a backfill whose push had no answer may be repeats, in a run and by itself", async () => {
  for (const way of ["collect", "advanceBackfill"] as const) {
    await using s = await opened();
    await s.at(NOON).startBackfill(OLD);
    s.xsiam.faults.next("push", { half: true });
    await s.at(NOON)[way]("cron");
    assert.equal(s.xsiam.count - s.xsiam.ids.size, 2);
    assert.equal((await s.at(NOON).status()).health.totals.repeats, 2, way);
  }
});

Deno.test("a backfill counts what was refused, in whatever way, and no less once that is delivered", async () => {
  await using s = await opened();
  s.xsiam.poison = () => true;
  await s.at(NOON).startBackfill(OLD);
  const { refused, deadLettered, backfill } = await s.at(NOON).collect("cron");
  assert.deepEqual([refused, deadLettered, backfill?.refused, backfill?.delivered], [2, 0, 2, 0]);
  s.xsiam.poison = undefined;
  assert.equal((await s.at(NOON).collect("cron")).delivered, 2);
  const status = await s.at(NOON).status();
  assert.deepEqual([status.undelivered.total, status.backfill?.refused], [0, 2]);
  const runs = status.health.history.runs.map(({ refused }) => refused);
  assert.deepEqual(runs, [0, 2, 0]);
});

Deno.test("a run that leaves something says which limit ended it", async () => {
  await using few = await opened({ MAX_FETCH: "1" });
  few.livePerson.add([1, 2].map((seconds) => changeAt(NOON + seconds * 1000)));
  const full = await few.at(NOON + MINUTE_MS).collect("cron");
  assert.deepEqual([full.more, full.limitedBy], [true, "MAX_FETCH"]);

  await using many = await opened();
  many.livePerson.pageCap = 50;
  many.livePerson.add(
    Array.from({ length: 2500 }, (_, i) => changeAt(NOON + i, { newValue: `${i}` })),
  );
  const spent = await many.at(NOON + MINUTE_MS).collect("cron");
  assert.deepEqual([spent.more, spent.limitedBy], [true, "REQUESTS_PER_RUN"]);
  while ((await many.at(NOON + MINUTE_MS).collect("cron")).more);
  assert.equal((await many.at(NOON + MINUTE_MS).collect("cron")).limitedBy, null);
});
