/**
 * What a server may limit without saying so, on the real runtime: the records of a page, and the offsets
 * that it answers. A short page is not taken for the end, and what can't be had is told.
 */
import assert from "node:assert/strict";
import { change, DAY_MS, HOUR_MS } from "../environment.ts";
import { type Json, Stage } from "./stage.ts";

/** Changes of the last hour, one a second. */
function changes(count: number) {
  const startMs = Math.floor(Date.now() / 1000) * 1000 - HOUR_MS;
  return Array.from({ length: count }, (_, i) => change({ changeTimestampMs: startMs + i * 1000 }));
}

function auditRequests(reports: readonly Json[]): number {
  return reports.reduce((sum, { requests }) => sum + requests.audit, 0);
}

Deno.test("a server that answers no more than 100 records a page is read to its end,", async (t) => {
  for (const totalCountMeaning of ["all", "page", "none"] as const) {
    await t.step(`with X-Total-Count of ${totalCountMeaning}`, async () => {
      await using stage = await Stage.open({ livePerson: { pageCap: 100, totalCountMeaning } });
      const all = [...stage.add(changes(1050))];
      const reports = await stage.collectAll();
      stage.assertDelivered(all);
      // once a day it is asked whether a later listing shows more
      reports.push(...await stage.collectAll());
      assert.ok(auditRequests(reports) <= 40, `${auditRequests(reports)} requests`);
      assert.deepEqual(await stage.idleRequests(), { audit: 1 }, "idle");

      all.push(...stage.addRecent(150));
      await stage.collectAll();
      stage.assertDelivered(all);
      assert.deepEqual(await stage.idleRequests(), { audit: 1 }, "idle again");
      assert.equal((await stage.status()).state, "healthy");
    });
  }
});

Deno.test("a cap that is lifted or lowered later loses nothing", async () => {
  await using stage = await Stage.open({ livePerson: { pageCap: 200 } });
  const all = [...stage.add(changes(700))];
  await stage.collectAll();
  for (const pageCap of [60, 500, 120]) {
    stage.livePerson.pageCap = pageCap;
    all.push(...stage.addRecent(300));
    await stage.collectAll();
    stage.assertDelivered(all);
  }
  assert.equal((await stage.status()).state, "healthy");
});

const ENDS = [
  { name: "are empty", fails: false },
  { name: "fail", fails: true },
] as const;

for (const { name, fails } of ENDS) {
  Deno.test(`where pages beyond an offset ${name}, the rest of that day is told as a gap, and the next day goes on`, async () => {
    await using stage = await Stage.open({
      settings: { FIRST_FETCH: "2 days" },
      livePerson: { lastOffset: { offset: 1000, fails } },
    });
    const yesterdayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
    stage.add(
      Array.from({ length: 1100 }, (_, i) => change({ changeTimestampMs: yesterdayMs + i * 1000 })),
    );
    stage.addRecent(3);
    const reports = await stage.collectAll();
    assert.ok(reports.length <= 4, `${reports.length} runs`);
    assert.equal(stage.xsiam.count, 1003);
    assert.equal(stage.xsiam.ids.size, stage.xsiam.count, "nothing comes twice");
    const { undelivered, health } = await stage.status();
    assert.ok(undelivered.gaps > 0, "what is missing is known");
    assert.ok(health.gaps.every(({ why }: Json) => why === "beyond the last offset"));
    assert.ok(health.gaps.some(({ afterMs }: Json) => afterMs === yesterdayMs + 999_000));
    for (let run = 0; run < 3; run++) {
      stage.addRecent(1);
      const { report } = await stage.cron();
      assert.equal(report.outcome, "ok");
      assert.equal(report.delivered, 1);
      assert.ok(report.requests.audit <= 4, `${report.requests.audit} requests of a run`);
    }
    const { state } = await stage.status();
    assert.ok(["incomplete", "behind"].includes(state), state);
  });
}

Deno.test("get-events gives what was asked for from behind a cap, and says whether there is more", async () => {
  await using stage = await Stage.open({ livePerson: { pageCap: 100 } });
  const times = stage.add(changes(350)).map(({ changeTimestampMs }) => changeTimestampMs);
  const ask = async (limit: number) => {
    const { body } = await stage.get(`/get-events?limit=${limit}&start_time=2+hours+ago`);
    const found = body.LivePerson.Event.map(({ changeDate }: Json) => Date.parse(changeDate));
    assert.deepEqual(found, times.slice(0, limit));
    return [body.count, body.more];
  };
  assert.deepEqual(await ask(300), [300, true]);
  assert.deepEqual(await ask(350), [350, false]);
  assert.deepEqual(await ask(100), [100, true]);
  assert.deepEqual(await ask(1000), [350, false]);
});
