/** One run at a time, on the real runtime: overlapping callers, and a process that dies in mid-run. */
import assert from "node:assert/strict";
import { change, MINUTE_MS, tenth, until, withFolder } from "../environment.ts";
import { Stage } from "./stage.ts";

Deno.test("cron and /collect that overlap make one run, and deliver each event once", async () => {
  await using stage = await Stage.open();
  const records = stage.addRecent(40);
  stage.xsiam.faults.next("push", { delayMs: 200 });
  const asked = await Promise.all([
    stage.fireCron(),
    ...Array.from({ length: 5 }, () => stage.post("/collect")),
    stage.fireCron(),
  ]);
  const reports = asked.filter((answer) => typeof answer !== "string").map(({ body }) => body);
  assert.equal(new Set(reports.map((report) => report.runId)).size, 1, "all got the same run");
  assert.equal(reports[0].delivered, 40);
  stage.assertDelivered(records);
});

Deno.test("a command that changes the cursor waits for the run's end", async () => {
  await using stage = await Stage.open();
  stage.addRecent(3);
  await stage.cron();
  stage.addRecent(3);
  stage.xsiam.faults.next("push", { delayMs: 200 });
  const asked = stage.livePerson.requests.length;
  const collecting = stage.post("/collect");
  await until("the run to read", () => stage.livePerson.requests.length > asked);
  const deleted = await stage.request("DELETE", "/cursor?confirm=12345678");
  const collected = await collecting;
  assert.deepEqual([collected.status, collected.body.delivered, deleted.status], [200, 3, 200]);
  const { keys } = await stage.worker.kv.list();
  assert.equal(keys.length, 0, "the cursor is gone last");
});

Deno.test("when the process dies while XSIAM has a batch unanswered, the next one repeats that batch alone", async () => {
  await withFolder(async (persistTo) => {
    await using stage = await Stage.open({ persistTo });
    const value = "x".repeat(300_000);
    const records = stage.add(
      Array.from(
        { length: 12 },
        (_, i) =>
          change({ changeTimestampMs: tenth(Date.now() - (30 - i) * MINUTE_MS), oldValue: value }),
      ),
    );
    // the second batch is stored, but its answer never comes
    stage.xsiam.faults.when(
      "push",
      (n) => n === 1 ? { drop: "after" } : n > 1 ? { hang: true } : undefined,
    );
    const dying = stage.worker.fireCron().catch(() => "died");
    await until("the batch to be sent again", () => stage.xsiam.requests.length >= 3);
    await stage.restart();
    await dying;
    stage.xsiam.faults.clear();

    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    const deliveries = [...stage.xsiam.deliveries().values()];
    const repeated = deliveries.filter((times) => times > 1).length;
    assert.equal(deliveries.length, records.length, "nothing is lost");
    assert.ok(repeated > 0 && repeated <= 4, `${repeated} events of the batch come again`);
    assert.equal(report.repeats, repeated, "and the report says so");
  });
});
