/** A backlog drains at once, run after run, through an isolate whose memory stays flat. */
import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, DAY_MS, openEnvironment } from "../environment.ts";
import { LEAN, startWorkerIn } from "./worker_in.ts";

const EVENTS = 100_000;

Deno.test("a backlog of 100,000 events drains after one cron run, in order and flat memory", async () => {
  await using environment = await openEnvironment(LEAN);
  await using worker = await startWorkerIn(environment, {
    observe: "memory",
    settings: { FIRST_FETCH: "30 days" },
  });
  const now = Date.now();
  environment.livePerson.add(generateRecords({
    ...{ seed: 3, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    fromMs: now - 29 * DAY_MS,
    toMs: now - DAY_MS / 2,
  }));
  assert.equal(await worker.fireCron(), "ok");
  assert.ok(environment.xsiam.count < EVENTS / 2, "one run is limited");

  let peakBytes = 0;
  let status;
  do {
    peakBytes = Math.max(peakBytes, await worker.heapBytes());
    status = (await worker.ask("/status")).body;
    assert.notEqual(status.state, "failing", JSON.stringify(status.health.lastRun));
  } while (status.health.lastRun.more);

  console.log(`peak heap ${(peakBytes / 1e6).toFixed(1)} MB, ${status.health.totals.runs} runs`);
  assert.ok(peakBytes < 100e6, `${peakBytes} bytes`);
  assert.equal(environment.xsiam.count, EVENTS);
  assert.deepEqual(new Set(environment.xsiam.deliveries().values()), new Set([1]));
  assert.ok(JSON.stringify(status.cursor).length < 40_000, "and the cursor holds a page at most");
});
