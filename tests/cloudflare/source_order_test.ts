/**
 * The order in which the source lists, on the real runtime: records of one time come in any order and
 * in another one each time, an answer may be older than the one before it, and another filter is
 * another listing. Nothing comes twice, nothing is lost unsaid, and the requests are bounded.
 */
import assert from "node:assert/strict";
import { kvOperations } from "../../scripts/local/observe.ts";
import type { TieOrder } from "../../scripts/simulators/tie_order.ts";
import { change, MINUTE_MS, openEnvironment, withFolder } from "../environment.ts";
import { type Json, Stage } from "./stage.ts";
import { startWorkerIn } from "./worker_in.ts";

const ORDERS: readonly TieOrder[] = ["by query", "by chance", "two replicas"];
const COUNT = 1500;
/** An hour ago, in whole seconds: so are all dates that LivePerson documents. */
const second = () => Math.floor(Date.now() / 1000) * 1000 - 60 * MINUTE_MS;

/** So many changes in each second. */
function changesOf(count: number, inEachSecond: number) {
  const startMs = second();
  return Array.from(
    { length: count },
    (_, i) => change({ changeTimestampMs: startMs + Math.floor(i / inEachSecond) * 1000 }),
  );
}

function auditRequests(reports: readonly Json[]): number {
  return reports.reduce((sum, { requests }) => sum + requests.audit, 0);
}

function assertNothingTwice({ xsiam }: Stage): void {
  assert.equal(xsiam.ids.size, xsiam.count, "no id comes twice");
  const names = new Set(xsiam.events.map(({ objectName }) => objectName));
  assert.equal(names.size, xsiam.count, "no change comes under two ids");
}

Deno.test("1,500 changes in 75 seconds come once each, whatever the order of those of one second", async (t) => {
  for (const tieOrder of ORDERS) {
    await t.step(tieOrder, async () => {
      await using stage = await Stage.open({ livePerson: { tieOrder } });
      const all = [...stage.add(changesOf(COUNT, 20))];
      const reports = await stage.collectAll();
      stage.assertDelivered(all);
      assert.ok(auditRequests(reports) <= 12, `${auditRequests(reports)} requests`);
      all.push(...stage.addRecent(3));
      assert.equal((await stage.cron()).report.delivered, 3);
      assert.deepEqual(await stage.idleRequests(), { audit: 1 });
      stage.assertDelivered(all);
      assert.equal((await stage.status()).state, "healthy");
    });
  }
});

Deno.test("1,500 changes of one second are got through, and what is never shown of them is told", async (t) => {
  for (const tieOrder of ORDERS) {
    await t.step(tieOrder, async () => {
      await using stage = await Stage.open({ livePerson: { tieOrder } });
      stage.add(changesOf(COUNT, COUNT));
      const reports = await stage.collectAll();
      assert.ok(auditRequests(reports) <= 100, `${auditRequests(reports)} requests`);
      assertNothingTwice(stage);
      const { state, undelivered, health } = await stage.status();
      const missing = COUNT - stage.xsiam.count;
      assert.ok(missing >= 0 && undelivered.gaps >= missing, `${missing} are missing`);
      assert.ok(stage.xsiam.count > 0.95 * COUNT, `${stage.xsiam.count} are delivered`);
      assert.equal(state, undelivered.gaps > 0 ? "incomplete" : "healthy");
      for (const { why } of health.gaps) assert.equal(why, "never shown");

      const [behind, before] = [stage.addRecent(3), stage.xsiam.count];
      assert.equal((await stage.cron()).report.delivered, behind.length);
      assert.deepEqual(await stage.idleRequests(), { audit: 1 }, "and it is left behind");
      assert.equal(stage.xsiam.count, before + behind.length);
      assertNothingTwice(stage);
    });
  }
});

Deno.test("five changes of one second at the end cost an idle run one request and no KV write", async () => {
  await using environment = await openEnvironment({ livePerson: { tieOrder: "by chance" } });
  await using worker = await startWorkerIn(environment, { observe: "operations" });
  environment.livePerson.add(changesOf(5, 5));
  assert.equal(await worker.fireCron(), "ok");
  assert.equal(environment.xsiam.count, 5);
  for (let run = 0; run < 6; run++) {
    const asked = environment.livePerson.requests.length;
    const operated = kvOperations(worker.logs).length;
    assert.equal(await worker.fireCron(), "ok");
    assert.equal(environment.livePerson.requests.length, asked + 1);
    assert.deepEqual(kvOperations(worker.logs).slice(operated), ["get"]);
  }
  assert.equal(environment.xsiam.count, 5);
});

Deno.test("an answer that is hours old repeats nothing, is waited for, and is said in the log", async () => {
  await using stage = await Stage.open();
  const all = [...stage.add(changesOf(634, 1))];
  await stage.collectAll();
  stage.livePerson.behindMs = () => 11 * 60 * MINUTE_MS;
  const { invocation, report } = await stage.cron();
  assert.deepEqual([invocation, report.sourceBehind, report.delivered], ["ok", true, 0]);
  const [line] = stage.logLines(({ event }) => event === "source_behind");
  assert.deepEqual([line.level, line.runId], ["warn", report.runId]);
  stage.assertDelivered(all);

  stage.livePerson.behindMs = undefined;
  all.push(...stage.addRecent(3));
  const { report: after } = await stage.cron();
  assert.deepEqual([after.delivered, after.sourceBehind], [3, false]);
  stage.assertDelivered(all);
  assert.equal((await stage.status()).state, "healthy");
});

Deno.test("an answer without its tail, now and then, repeats nothing and loses nothing", async () => {
  await using stage = await Stage.open();
  const all = [...stage.add(changesOf(200, 1))];
  await stage.collectAll();
  for (let run = 0; run < 6; run++) {
    let page = 0;
    stage.livePerson.behindMs = () => (page++ + run) % 2 === 0 ? 58 * MINUTE_MS : 0;
    all.push(...stage.addRecent(2));
    assert.equal((await stage.cron()).invocation, "ok");
  }
  stage.livePerson.behindMs = undefined;
  await stage.collectAll();
  stage.assertDelivered(all);
});

Deno.test("a filter that is set off and on again repeats nothing, and misses nothing that it showed", async () => {
  await withFolder(async (persistTo) => {
    await using stage = await Stage.open({ persistTo });
    const startMs = Date.now() - 10 * MINUTE_MS;
    const all = [...stage.add(Array.from({ length: 155 }, (_, i) =>
      change({
        changeTimestampMs: Math.floor(startMs / 1000 + i) * 1000,
        originatorIsLpa: i % 3 === 0,
      })))];
    await stage.collectAll();
    stage.assertDelivered(all);
    for (const INCLUDE_LPA_CHANGES of ["false", "true"]) {
      await stage.restart({ INCLUDE_LPA_CHANGES });
      all.push(...stage.addRecent(2));
      await stage.collectAll();
      stage.assertDelivered(all);
      assert.equal((await stage.cron()).report.delivered, 0);
    }
    assert.equal((await stage.status()).state, "healthy");
  });
});
