/** What may have come twice is counted, and nothing else: a push that got an answer repeats nothing. */
import assert from "node:assert/strict";
import { firstCursor } from "../../src/engine/cursor.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { NOTHING_BESIDE, toReport } from "../../src/collector/health/report.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
/** A push is tried so often in one run. */
const ATTEMPTS = 4;

async function opened() {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add(
    Array.from({ length: 20 }, (_, i) => changeAt(NOW - HOUR_MS + i * 1000)),
  );
  const storage = newStorage();
  let runs = 0;
  return {
    xsiam: environment.xsiam,
    storage,
    collector: collectorIn(environment, mortalHost(storage, () => NOW)),
    run: () => {
      const nowMs = NOW + 5 * MINUTE_MS * runs++;
      return collectorIn(environment, mortalHost(storage, () => nowMs)).collect("cron");
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a batch that got no answer may come twice when the next run sends it", async () => {
  await using r = await opened();
  r.xsiam.faults.when("push", (n) => n < ATTEMPTS ? { drop: "after" } : undefined);
  assert.equal((await r.run()).outcome, "failed");
  const second = await r.run();
  assert.deepEqual([second.delivered, second.repeats], [20, 20]);
  assert.equal((await r.run()).repeats, 0);
});

Deno.test("each run that sends again what got no answer counts it, though it fails too", async () => {
  await using r = await opened();
  r.xsiam.faults.when("push", (n) => n < 2 * ATTEMPTS ? { drop: "after" } : undefined);
  await r.run();
  assert.deepEqual([(await r.run()).repeats, (await r.run()).repeats], [20, 20]);
});

Deno.test("one attempt without an answer is enough, whatever the others were answered", async () => {
  await using r = await opened();
  r.xsiam.faults.when("push", (n) => {
    if (n === 0) return { drop: "after" };
    return n < ATTEMPTS ? { status: 503 } : undefined;
  });
  assert.equal((await r.run()).problem?.code, "upstream_failed");
  assert.equal((await r.run()).repeats, 20);
});

for (const status of [401, 429, 503]) {
  Deno.test(`a batch that was answered ${status} does not come twice`, async () => {
    await using r = await opened();
    r.xsiam.faults.when("push", (n) => n < ATTEMPTS ? { status } : undefined);
    assert.equal((await r.run()).outcome, "failed");
    r.xsiam.faults.clear();
    const second = await r.run();
    assert.deepEqual([second.delivered, second.repeats], [20, 0]);
    assert.deepEqual(new Set(r.xsiam.deliveries().values()), new Set([1]));
  });
}

Deno.test("a batch that was refused for its content does not come twice", async () => {
  await using r = await opened();
  r.xsiam.compression = "none";
  assert.equal((await r.run()).problem?.code, "destination_refuses_everything");
  r.xsiam.compression = "gzip";
  const second = await r.run();
  assert.deepEqual([second.delivered, second.repeats], [20, 0]);
});

Deno.test("a redelivery without an answer may come twice, and is counted even if it fails", async () => {
  await using r = await opened();
  r.xsiam.poison = ({ _time }) => Date.parse(String(_time)) < NOW - HOUR_MS + 2000;
  assert.equal((await r.run()).refused, 2);
  r.xsiam.poison = undefined;
  const repeats = async () => (await r.collector.status()).health.totals.repeats;

  // twice, because fetch itself repeats a request once whose connection was used before
  r.xsiam.faults.when("push", (n) => n < 2 ? { drop: "after" } : undefined);
  assert.equal((await r.collector.redeliver(1)).delivered, 1);
  assert.equal(await repeats(), 1);
  r.xsiam.faults.always("push", { drop: "after" });
  await assert.rejects(r.collector.redeliver(1));
  assert.equal(await repeats(), 2);
  r.xsiam.faults.clear();
  assert.equal((await r.collector.redeliver(1)).delivered, 1);
  assert.equal(await repeats(), 2, "this push was answered");
});

Deno.test("what was sent again within the run and what an earlier run had left are counted together", () => {
  const progress = { ...startProgress(firstCursor(NOW), false), unanswered: 40 };
  const report = toReport({
    ...{ runId: "a-run", trigger: "cron", startedMs: NOW, endedMs: NOW, completeUntilMs: null },
    ...{ progress, opened: null, resent: 20, reconciliation: null, backfill: null },
    ...{ beside: NOTHING_BESIDE, asideGoesOn: false, backfilled: 0, limitedBy: null },
    used: { retries: 2, answers: {} },
  });
  assert.equal(report.repeats, 60);
});
