/** Backfill: a past range with a cursor of its own, beside the live collection and never before it. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const DAY = 24 * HOUR_MS;
const RANGE = { fromMs: NOW - 40 * DAY, toMs: NOW - 10 * DAY };

/** Old changes, half of them in the range, and a few recent ones. */
async function withHistory(old = 60) {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add(
    Array.from({ length: old }, (_, i) => changeAt(NOW - 60 * DAY + i * DAY, { newValue: `${i}` })),
  );
  const storage = newStorage();
  const at = (nowMs: number, settings: Record<string, string> = {}) =>
    collectorIn(environment, mortalHost(storage, () => nowMs), settings);
  await at(NOW).collect("cron");
  return {
    environment,
    storage,
    at,
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a backfill delivers its range once, and does not touch the live cursor", async () => {
  await using h = await withHistory();
  const live = structuredClone([...h.storage.published]);
  const before = h.environment.xsiam.count;
  await h.at(NOW).startBackfill(RANGE);
  const report = await h.at(NOW + MINUTE_MS).collect("cron");
  assert.equal(report.backfill?.delivered, 30);
  assert.equal(report.backfill?.reached, new Date(RANGE.toMs).toISOString());
  assert.ok(report.backfill?.completedAt);
  assert.equal(report.delivered, 0);
  assert.equal(h.environment.xsiam.count, before + 30);
  assert.deepEqual([...h.storage.published], live);
  assert.equal((await h.at(NOW + 2 * MINUTE_MS).collect("cron")).backfill, null);
  assert.equal((await h.at(NOW).status()).backfill?.delivered, 30);
});

Deno.test("a backfill has the same event ids as the live collection and get-events", async () => {
  await using h = await withHistory();
  const { events } = await h.at(NOW).getEvents({ limit: 100, startMs: RANGE.fromMs, push: false });
  await h.at(NOW).startBackfill(RANGE);
  await h.at(NOW).collect("cron");
  for (const { event_id } of events.slice(0, 30)) assert.ok(h.environment.xsiam.ids.has(event_id));
});

Deno.test("a backfill goes on over many runs, after the live part of each", async () => {
  await using h = await withHistory();
  const settings = { MAX_FETCH: "7" };
  await h.at(NOW, settings).startBackfill(RANGE);
  h.environment.livePerson.add([changeAt(NOW - MINUTE_MS, { newValue: "live" })]);
  const first = await h.at(NOW, settings).collect("cron");
  assert.deepEqual([first.delivered, first.backfill?.delivered], [1, 7]);
  let runs = 1;
  for (; runs < 20; runs++) {
    const { backfill } = await h.at(NOW + runs * MINUTE_MS, settings).collect("backlog");
    if (backfill?.completedAt !== null) break;
  }
  assert.equal((await h.at(NOW).status()).backfill?.delivered, 30);
  assert.ok(runs >= 4 && runs < 20);
  assert.deepEqual(new Set(h.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("while the live collection has a backlog, the backfill waits", async () => {
  await using h = await withHistory();
  await h.at(NOW).startBackfill(RANGE);
  h.environment.livePerson.add(
    Array.from(
      { length: 20 },
      (_, i) => changeAt(NOW - HOUR_MS + i * MINUTE_MS, { newValue: `new ${i}` }),
    ),
  );
  const report = await h.at(NOW, { MAX_FETCH: "5" }).collect("cron");
  assert.deepEqual([report.delivered, report.more, report.backfill], [5, true, null]);
});

Deno.test("a second backfill waits for the first, the same one goes on, and a cancelled one is gone", async () => {
  await using h = await withHistory();
  const collector = h.at(NOW);
  const started = await collector.startBackfill(RANGE);
  assert.deepEqual(await collector.startBackfill(RANGE), started);
  await assert.rejects(
    collector.startBackfill({ ...RANGE, toMs: NOW }),
    (error: CollectorError) => error.code === "backfill_running",
  );
  assert.deepEqual(await collector.cancelBackfill(), started);
  assert.equal((await collector.status()).backfill, null);
});

Deno.test("nothing is cancelled where no backfill is running, and a complete one stays as it is", async () => {
  await using h = await withHistory();
  const collector = h.at(NOW);
  assert.equal(await collector.cancelBackfill(), null);
  await collector.startBackfill(RANGE);
  for (let run = 0; run < 5; run++) await collector.collect("cron");
  const { backfill } = await collector.status();
  assert.notEqual(backfill?.completedAt, null);
  assert.equal(await collector.cancelBackfill(), null);
  assert.deepEqual((await collector.status()).backfill, backfill);
});

Deno.test("a backfill that is killed at any I/O operation loses nothing", async () => {
  const live = async (dieAt?: { operation: number; when: "before" | "after" }) => {
    await using h = await withHistory();
    await h.at(NOW).startBackfill(RANGE);
    const host = mortalHost(h.storage, () => NOW, dieAt);
    await collectorIn(h.environment, host, { MAX_FETCH: "20" }).collect("cron").catch(() => {});
    for (let run = 0; run < 5; run++) await h.at(NOW + run, { MAX_FETCH: "20" }).collect("cron");
    assert.equal((await h.at(NOW).status()).backfill?.completedAt !== null, true);
    const inRange = h.environment.xsiam.events.filter((event) =>
      Date.parse(String(event._time)) >= RANGE.fromMs &&
      Date.parse(String(event._time)) < RANGE.toMs
    );
    assert.equal(new Set(inRange.map((event) => event.event_id)).size, 30);
    return host.operations.length;
  };
  const operations = await live();
  for (let operation = 0; operation < operations; operation++) {
    await live({ operation, when: "before" });
    await live({ operation, when: "after" });
  }
});
