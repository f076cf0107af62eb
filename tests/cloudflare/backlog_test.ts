/** A backlog drains at once, run after run, through an isolate whose memory stays flat. */
import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT_ID, openObservedStage } from "./observed_stage.ts";

const DAY_MS = 86_400_000;
const EVENTS = 100_000;

Deno.test("a backlog of 100,000 events drains after one cron tick, in order and flat memory", async () => {
  await using stage = await openObservedStage("memory", { FIRST_FETCH: "30 days" });
  const now = Date.now();
  stage.livePerson.add(generateRecords({
    ...{ seed: 3, count: EVENTS, accountId: ACCOUNT_ID, automaticShare: 0 },
    fromMs: now - 29 * DAY_MS,
    toMs: now - DAY_MS / 2,
  }));
  assert.equal(await stage.worker.fireCron(), "ok");
  assert.ok(stage.xsiam.count < EVENTS / 2, "one run is limited");

  let peakBytes = 0;
  let status;
  do {
    peakBytes = Math.max(peakBytes, await stage.worker.heapBytes());
    status = await stage.ask("/status");
    assert.notEqual(status.state, "failing", JSON.stringify(status.health.lastRun));
  } while (status.health.lastRun.more);

  console.log(`peak heap ${(peakBytes / 1e6).toFixed(1)} MB, ${status.health.totals.runs} runs`);
  assert.ok(peakBytes < 100e6, `${peakBytes} bytes`);
  assert.equal(stage.xsiam.count, EVENTS);
  assert.deepEqual(new Set(stage.xsiam.deliveries().values()), new Set([1]));
  assert.ok(JSON.stringify(status.cursor).length < 40_000, "and the cursor holds a page at most");
});
