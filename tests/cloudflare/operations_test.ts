/** What a run costs on the real runtime: upstream requests and KV operations, idle and busy. */
import assert from "node:assert/strict";
import { kvOperations } from "../../scripts/local/observe.ts";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT_ID, openObservedStage } from "./observed_stage.ts";

const HOUR_MS = 3_600_000;

Deno.test("an idle run makes one upstream request, one KV read and no KV write, late in a day of 100,000 events too", async () => {
  await using stage = await openObservedStage("operations", { FIRST_FETCH: "10 minutes" });
  const now = Date.now();
  stage.livePerson.add(generateRecords({
    ...{ seed: 1, count: 100_000, accountId: ACCOUNT_ID },
    fromMs: now - HOUR_MS,
    toMs: now - HOUR_MS / 2,
  }));
  stage.livePerson.add(generateRecords({
    ...{ seed: 2, count: 300, accountId: ACCOUNT_ID },
    fromMs: now - 9 * 60_000,
    toMs: now - 60_000,
  }));
  assert.equal(await stage.worker.fireCron(), "ok");
  const reads = stage.livePerson.requests.filter((request) => request.target === "audit").length;
  assert.ok(reads < 20, `${reads} reads to find the place among 100,000 records`);
  assert.ok(stage.xsiam.count > 250);

  for (const run of [1, 2]) {
    const [requests, operations] = [
      stage.livePerson.requests.length,
      kvOperations(stage.worker.logs).length,
    ];
    assert.equal(await stage.worker.fireCron(), "ok");
    const idle = stage.livePerson.requests.slice(requests);
    assert.deepEqual(idle.map((request) => request.target), ["audit"], `idle run ${run}`);
    assert.ok(idle[0].returned! <= 16, "and reads next to nothing");
    assert.deepEqual(kvOperations(stage.worker.logs).slice(operations), ["get"]);
  }
});

Deno.test("5,000 events take at most 11 requests to LivePerson once warm, and one KV write", async () => {
  await using stage = await openObservedStage("operations", { FIRST_FETCH: "2 hours" });
  const now = Date.now();
  const events = { accountId: ACCOUNT_ID, lpaShare: 0, automaticShare: 0 };
  stage.livePerson.add(
    generateRecords({
      ...events,
      seed: 1,
      count: 10,
      fromMs: now - HOUR_MS,
      toMs: now - HOUR_MS / 2,
    }),
  );
  await stage.worker.fireCron();
  stage.livePerson.add(generateRecords({
    ...{ ...events, seed: 2, count: 5000 },
    fromMs: now - HOUR_MS / 2,
    toMs: now - 60_000,
  }));
  const [requests, operations] = [
    stage.livePerson.requests.length,
    kvOperations(stage.worker.logs).length,
  ];
  await stage.worker.fireCron();
  assert.equal(stage.xsiam.count, 5010);
  assert.ok(stage.livePerson.requests.length - requests <= 11);
  assert.deepEqual(kvOperations(stage.worker.logs).slice(operations), ["get", "put"]);
});
