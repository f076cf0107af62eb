/**
 * What a source may do over days: render records anew, begin its days elsewhere, show late what it could not
 * show before, end its listings early. Nothing comes twice, nothing is lost unsaid.
 */
import assert from "node:assert/strict";
import type { Unrendered } from "../../scripts/simulators/audit_page.ts";
import type { LivePersonOptions } from "../../scripts/simulators/liveperson.ts";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import type { RunReport } from "../../src/collector/health/report.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");

/** An account that is collected every so often, by a clock of its own. */
async function opened(options: Partial<LivePersonOptions> = {}, startMs = NOON) {
  let nowMs = startMs;
  const environment = await openEnvironment({ livePerson: { now: () => nowMs, ...options } });
  const { livePerson, xsiam } = environment;
  const storage = newStorage();
  const all: AuditRecord[] = [];
  const collector = () =>
    collectorIn(environment, mortalHost(storage, () => nowMs), { FIRST_FETCH: "2 days" });
  return {
    livePerson,
    xsiam,
    all,
    add(records: readonly AuditRecord[]) {
      all.push(...records);
      livePerson.add(records);
    },
    /** Runs at a time, again as long as there is more; answers the last report. */
    async at(timeMs: number): Promise<RunReport> {
      nowMs = timeMs;
      for (let run = 0; run < 10; run++) {
        const report = await collector().collect("cron");
        assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
        if (!report.goesOn) return report;
      }
      assert.fail("It does not come to rest");
    },
    /** Runs every so often, up to a time. */
    async until(endMs: number, everyMs: number): Promise<void> {
      while (nowMs < endMs) await this.at(Math.min(endMs, nowMs + everyMs));
    },
    status: () => collector().status(),
    /** Each of these arrived exactly once, and nothing else did. */
    assertDelivered(records: readonly AuditRecord[]) {
      const named = ({ newValue }: { newValue?: unknown }) => String(newValue);
      assert.deepEqual(xsiam.events.map(named).sort(), records.map(named).sort());
      assert.equal(xsiam.ids.size, records.length);
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

/** One change every so often, each with a value of its own. */
function steady(fromMs: number, toMs: number, everyMs: number): AuditRecord[] {
  const count = Math.ceil((toMs - fromMs) / everyMs);
  return Array.from(
    { length: count },
    (_, i) => changeAt(fromMs + i * everyMs, { newValue: `at ${fromMs + i * everyMs}` }),
  );
}

/** Changes that show as they happen. */
function asTheyHappen(records: readonly AuditRecord[]): AuditRecord[] {
  return records.map((record) => ({ ...record, visibleAtMs: record.changeTimestampMs }));
}

Deno.test("records that are rendered anew don't come again, in the window or at reconciliation", async (t) => {
  const renderings: [string, (record: AuditRecord) => AuditRecord][] = [
    ["a label", (record) => ({ ...record, objectType: "Users & roles" })],
    ["a user's name", (record) => ({ ...record, originator: "Sam Miller" })],
  ];
  for (const [name, rendering] of renderings) {
    await t.step(name, async () => {
      await using c = await opened();
      c.add(steady(NOON - 20 * HOUR_MS, NOON - MINUTE_MS, 5 * MINUTE_MS));
      await c.at(NOON);
      c.assertDelivered(c.all);
      c.livePerson.rendering = rendering;
      await c.at(NOON + 5 * MINUTE_MS);
      c.assertDelivered(c.all);

      c.add(steady(NOON + 6 * MINUTE_MS, NOON + 9 * MINUTE_MS, MINUTE_MS));
      c.add([changeAt(NOON - 2 * MINUTE_MS, { newValue: "late" })]);
      await c.at(NOON + 10 * MINUTE_MS);
      c.assertDelivered(c.all);

      c.add(asTheyHappen(steady(NOON + 12 * HOUR_MS, NOON + 40 * HOUR_MS, HOUR_MS)));
      await c.until(NOON + 40 * HOUR_MS, HOUR_MS);
      c.assertDelivered(c.all);
      assert.equal((await c.status()).health.totals.reconciled, 0);
    });
  }
});

Deno.test("a day that begins elsewhere than asked loses nothing", async (t) => {
  for (const [hours, zone] of [[5, "5 hours late"], [-9, "9 hours early"]] as const) {
    await t.step(zone, async () => {
      await using c = await opened({ dayStartsHoursLate: hours });
      c.add(asTheyHappen(steady(NOON - 12 * HOUR_MS, NOON + 2 * DAY_MS, 10 * MINUTE_MS)));
      await c.at(NOON);
      await c.until(NOON + 2 * DAY_MS, 30 * MINUTE_MS);
      c.assertDelivered(c.all);
      assert.equal((await c.status()).state, "healthy");
    });
  }
});

Deno.test("an event of 23:54 that is shown 90 minutes late is found", async () => {
  await using c = await opened();
  c.add(asTheyHappen(steady(NOON - HOUR_MS, NOON + 40 * HOUR_MS, 20 * MINUTE_MS)));
  const timeMs = Date.parse("2026-03-10T23:54:00Z");
  c.add([changeAt(timeMs, { newValue: "late", visibleAtMs: timeMs + 90 * MINUTE_MS })]);
  await c.at(NOON);
  await c.until(NOON + 40 * HOUR_MS, 10 * MINUTE_MS);
  c.assertDelivered(c.all);
  assert.equal((await c.status()).health.totals.reconciled, 1);
  assert.equal((await c.status()).state, "healthy");
});

Deno.test("a record that can't be shown is delivered by reconciliation once it can be,", async (t) => {
  const ways: readonly Unrendered[] = ["null", "null and error", "error", "500"];
  for (const unrenderedAs of ways) {
    await t.step(`if its page was answered with ${unrenderedAs}`, async () => {
      await using c = await opened({
        unrenderedAs,
        unrenderable: ({ newValue }) => newValue === "broken",
      });
      c.add(steady(NOON - HOUR_MS, NOON, MINUTE_MS));
      const broken = changeAt(NOON - 30 * MINUTE_MS + 10_000, { newValue: "broken" });
      c.livePerson.add([broken]);
      await c.at(NOON);
      c.assertDelivered(c.all);
      assert.equal((await c.status()).state, "incomplete");

      c.add(asTheyHappen(steady(NOON + HOUR_MS, NOON + 40 * HOUR_MS, HOUR_MS)));
      await c.until(NOON + 14 * HOUR_MS, HOUR_MS);
      assert.equal(
        (await c.status()).state,
        "incomplete",
        "reconciliation does not find it either",
      );
      c.assertDelivered(c.all.filter(({ changeTimestampMs: at }) => at <= NOON + 14 * HOUR_MS));

      c.livePerson.unrenderable = undefined;
      await c.until(NOON + 40 * HOUR_MS, HOUR_MS);
      c.assertDelivered([...c.all, broken]);
      const { state, undelivered, health } = await c.status();
      assert.deepEqual([state, undelivered.gaps, health.totals.reconciled], ["healthy", 0, 1]);
    });
  }
});

Deno.test("a long row of records that can't be shown holds up nothing, and costs little once it is known,", async (t) => {
  for (const unrenderedAs of ["error", "500"] as const) {
    await t.step(`if its page is answered with ${unrenderedAs}`, async () => {
      await using c = await opened({
        unrenderedAs,
        unrenderable: ({ newValue }) => newValue === "broken",
      });
      c.add(steady(NOON - 2 * HOUR_MS, NOON - HOUR_MS, 20_000));
      c.livePerson.add(
        Array.from(
          { length: 40 },
          (_, i) => changeAt(NOON - HOUR_MS + i * 1000, { newValue: "broken" }),
        ),
      );
      c.add(steady(NOON - 50 * MINUTE_MS, NOON - 40 * MINUTE_MS, 20_000));
      await c.at(NOON);
      c.assertDelivered(c.all);
      const { state, undelivered } = await c.status();
      assert.deepEqual([state, undelivered.gaps], ["incomplete", 40]);

      c.livePerson.add([changeAt(NOON - MINUTE_MS, { newValue: "broken" })]);
      await c.at(NOON + 5 * MINUTE_MS);
      const before = c.livePerson.requests.length;
      await c.at(NOON + 10 * MINUTE_MS);
      assert.ok(c.livePerson.requests.length - before <= 3);
      c.add(steady(NOON + 6 * MINUTE_MS, NOON + 7 * MINUTE_MS, 20_000));
      await c.at(NOON + 15 * MINUTE_MS);
      c.assertDelivered(c.all);
    });
  }
});

Deno.test("what reconciliation can't show stays known, though it takes several runs", async () => {
  await using c = await opened({
    pageCap: 60,
    unrenderedAs: "null",
    unrenderable: ({ newValue }) => newValue === "broken",
  });
  c.add(steady(NOON - 11 * HOUR_MS, NOON, 15_000));
  await c.at(NOON);
  c.add(asTheyHappen(steady(NOON + HOUR_MS, NOON + 20 * HOUR_MS, HOUR_MS)));
  await c.until(NOON + 11 * HOUR_MS, HOUR_MS);
  c.livePerson.add([changeAt(NOON - 10 * HOUR_MS + 500, { newValue: "broken" })]);
  await c.until(NOON + 20 * HOUR_MS, HOUR_MS);
  const { state, health } = await c.status();
  assert.equal(health.reconciledThrough, "2026-03-10");
  assert.deepEqual([state, health.gaps.length], ["incomplete", 1]);
});

Deno.test("what lay behind the last offset is missing no more once a run has shown and delivered it", async () => {
  const lastOffset = { offset: 1000, fails: false };
  await using c = await opened({ lastOffset, totalCountMeaning: "all" });
  c.add(steady(NOON - 10 * HOUR_MS, NOON - HOUR_MS, 31_000));
  await c.at(NOON);
  const missing = c.all.length - c.xsiam.count;
  assert.ok(missing > 0);
  for (const nowMs of [NOON + 1, NOON + 2]) {
    await c.at(nowMs);
    assert.deepEqual((await c.status()).undelivered.gaps, missing, "as long as it is not shown");
  }
  c.livePerson.lastOffset = undefined;
  await c.at(NOON + MINUTE_MS);
  assert.equal(c.xsiam.count, c.all.length);
  const { state, undelivered } = await c.status();
  assert.deepEqual([state, undelivered.total], ["healthy", 0]);
});

Deno.test("where offsets end, what lies behind is told, and the next days are collected,", async (t) => {
  const ends = [
    { name: "if nothing tells of it", fails: false, totalCountMeaning: "none" },
    { name: "if the total tells of it", fails: false, totalCountMeaning: "all" },
    { name: "if pages beyond fail", fails: true, totalCountMeaning: "all" },
  ] as const;
  for (const { name, fails, totalCountMeaning } of ends) {
    await t.step(name, async () => {
      await using c = await opened({ lastOffset: { offset: 1000, fails }, totalCountMeaning });
      c.add(steady(NOON - 10 * HOUR_MS, NOON - HOUR_MS, 20_000));
      const nextDayMs = Date.parse("2026-03-11T00:00:00Z");
      const later = asTheyHappen(
        steady(nextDayMs, nextDayMs + 30 * HOUR_MS, 10 * MINUTE_MS),
      );
      c.add(later);
      await c.at(NOON);
      await c.until(nextDayMs + 30 * HOUR_MS, 30 * MINUTE_MS);
      const { state, undelivered } = await c.status();
      assert.equal(state, "incomplete");
      assert.ok(undelivered.gaps > 0);
      assert.equal(c.xsiam.ids.size, c.xsiam.count, "nothing comes twice");
      const delivered = new Set(c.xsiam.events.map(({ newValue }) => newValue));
      assert.deepEqual(later.filter(({ newValue }) => !delivered.has(newValue)), []);
    });
  }
});
