/** Reconciliation: what arrives too late for the engine is found once a day, and delivered once. */
import assert from "node:assert/strict";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const NEXT_MORNING = Date.parse("2026-03-11T03:00:00Z");

async function dayOf(count: number, settings: Record<string, string> = {}) {
  let nowMs = NOON;
  const environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  const storage = newStorage();
  environment.livePerson.add(
    Array.from(
      { length: count },
      (_, i) => changeAt(NOON - HOUR_MS + i * 1000, { newValue: `${i}` }),
    ),
  );
  const collect = async (atMs: number) => {
    nowMs = atMs;
    return await collectorIn(environment, mortalHost(storage, () => nowMs), settings).collect(
      "cron",
    );
  };
  await collect(NOON);
  return {
    environment,
    storage,
    collect,
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("an event that arrives hours late is delivered by the reconciliation of its day, once", async () => {
  await using d = await dayOf(40);
  d.environment.livePerson.add([changeAt(NOON + 5 * HOUR_MS)]);
  await d.collect(NOON + 6 * HOUR_MS);
  const late = changeAt(NOON - 30 * MINUTE_MS, { newValue: "hours late" });
  const twin = changeAt(NOON - HOUR_MS, { newValue: "0" });
  d.environment.livePerson.add([late, twin]);
  assert.equal((await d.collect(NOON + 7 * HOUR_MS)).delivered, 0, "too late for the window");

  const report = await d.collect(NEXT_MORNING);
  assert.deepEqual(report.reconciliation, {
    day: "2026-03-10",
    found: 2,
    delivered: 2,
    complete: true,
  });
  assert.equal(d.environment.xsiam.count, 43);
  assert.equal(d.environment.xsiam.deliveries().size, 43);
  const again = await d.collect(NEXT_MORNING + 5 * MINUTE_MS);
  assert.equal(again.reconciliation, null, "once a day");
  assert.equal(again.requests.audit, 1);
});

Deno.test("a day is looked at once more a day later, and then forgotten", async () => {
  await using d = await dayOf(40);
  d.environment.livePerson.add([changeAt(NEXT_MORNING - HOUR_MS)]);
  await d.collect(NEXT_MORNING);
  const evening = changeAt(Date.parse("2026-03-10T23:54:00Z"), { newValue: "90 minutes late" });
  d.environment.livePerson.add([evening]);
  assert.equal((await d.collect(NEXT_MORNING + 20 * HOUR_MS)).delivered, 0);
  const report = await d.collect(NEXT_MORNING + 24 * HOUR_MS);
  assert.deepEqual(report.reconciliation, {
    day: "2026-03-10",
    found: 1,
    delivered: 1,
    complete: true,
  });
  assert.equal(d.environment.xsiam.deliveries().size, 42);
  const ledger = [...d.storage.local.keys()].filter((key) => key.startsWith("ledger/"));
  assert.ok(ledger.every((key) => key.startsWith("ledger/2026-03-11")), "its ledger is gone");
});

Deno.test("a closed day without late events costs one read and delivers nothing", async () => {
  await using d = await dayOf(40);
  const report = await d.collect(NEXT_MORNING);
  assert.deepEqual(report.reconciliation, {
    day: "2026-03-10",
    found: 0,
    delivered: 0,
    complete: true,
  });
  assert.equal(report.requests.audit, 2);
  assert.equal(d.environment.xsiam.count, 40);
});

Deno.test("what the collection may still deliver itself is left to it", async () => {
  await using d = await dayOf(3);
  d.environment.livePerson.add([
    changeAt(NOON + MINUTE_MS, { newValue: "after the last event seen" }),
  ]);
  const report = await d.collect(NEXT_MORNING);
  assert.equal(report.delivered, 1);
  assert.equal(report.reconciliation?.found, 0);
  await d.collect(NEXT_MORNING + MINUTE_MS);
  assert.deepEqual(new Set(d.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("a long day is reconciled over several runs, within each run's limits", async () => {
  await using d = await dayOf(3000, { MAX_FETCH: "3000" });
  d.environment.livePerson.add([changeAt(NOON + 5 * HOUR_MS)]);
  await d.collect(NOON + 6 * HOUR_MS);
  const late = Array.from(
    { length: 25 },
    (_, i) => changeAt(NOON - HOUR_MS + i * 100_000 + 50, { newValue: `late ${i}` }),
  );
  d.environment.livePerson.add(late);
  const found: number[] = [];
  for (let run = 0; run < 20; run++) {
    const { reconciliation } = await d.collect(NEXT_MORNING + run * MINUTE_MS);
    if (reconciliation === null) break;
    found.push(reconciliation.found);
  }
  assert.equal(found.reduce((sum, n) => sum + n), 25);
  assert.equal(d.environment.xsiam.deliveries().size, 3026);
  assert.deepEqual(new Set(d.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("yesterday is not reconciled by a collector that only began today", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NEXT_MORNING } });
  environment.livePerson.add([changeAt(NOON)]);
  const report = await collectorIn(environment, mortalHost(newStorage(), () => NEXT_MORNING))
    .collect(
      "cron",
    );
  assert.equal(report.delivered, 1);
  assert.equal(report.reconciliation, null);
});

Deno.test("no day is passed over when reconciliation fails for a day, and the lag stays true meanwhile", async () => {
  await using d = await dayOf(3);
  d.environment.livePerson.add([changeAt(NOON + 5 * HOUR_MS)]);
  await d.collect(NOON + 6 * HOUR_MS);
  d.environment.livePerson.add([changeAt(NOON - 30 * MINUTE_MS, { newValue: "late" })]);
  d.environment.xsiam.faults.when("push", () => ({ status: 401 }));
  const failed = await d.collect(NEXT_MORNING);
  assert.equal(failed.outcome, "failed");
  assert.equal(failed.lagSeconds, 0, "the collection itself is complete");
  await d.collect(NEXT_MORNING + 12 * HOUR_MS);

  d.environment.xsiam.faults.clear();
  const days = [];
  for (const hours of [24, 25]) {
    days.push((await d.collect(NEXT_MORNING + hours * HOUR_MS)).reconciliation);
  }
  assert.deepEqual(days, [
    { day: "2026-03-10", found: 1, delivered: 1, complete: true },
    { day: "2026-03-11", found: 0, delivered: 0, complete: true },
  ]);
  assert.deepEqual(new Set(d.environment.xsiam.deliveries().values()), new Set([1]));
});
