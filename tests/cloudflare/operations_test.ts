/** What a run costs on the real runtime: upstream requests and KV operations, idle and busy. */
import assert from "node:assert/strict";
import { kvOperations } from "../../scripts/local/observe.ts";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, HOUR_MS, openEnvironment } from "../environment.ts";
import { LEAN, startWorkerIn } from "./worker_in.ts";

Deno.test("an idle run makes one upstream request, one KV read and no KV write, late in a day of 100,000 events too", async () => {
  await using environment = await openEnvironment(LEAN);
  await using worker = await startWorkerIn(environment, {
    observe: "operations",
    settings: { FIRST_FETCH: "10 minutes" },
  });
  const now = Date.now();
  environment.livePerson.add(generateRecords({
    ...{ seed: 1, count: 100_000, accountId: ACCOUNT },
    fromMs: now - HOUR_MS,
    toMs: now - HOUR_MS / 2,
  }));
  environment.livePerson.add(generateRecords({
    ...{ seed: 2, count: 300, accountId: ACCOUNT },
    fromMs: now - 9 * 60_000,
    toMs: now - 60_000,
  }));
  assert.equal(await worker.fireCron(), "ok");
  const reads =
    environment.livePerson.requests.filter((request) => request.target === "audit").length;
  assert.ok(reads < 20, `${reads} reads to find the place among 100,000 records`);
  assert.ok(environment.xsiam.count > 250);

  for (const run of [1, 2]) {
    const [requests, operations] = [
      environment.livePerson.requests.length,
      kvOperations(worker.logs).length,
    ];
    assert.equal(await worker.fireCron(), "ok");
    const idle = environment.livePerson.requests.slice(requests);
    assert.deepEqual(idle.map((request) => request.target), ["audit"], `idle run ${run}`);
    assert.ok(idle[0].returned! <= 16, "and reads next to nothing");
    assert.deepEqual(kvOperations(worker.logs).slice(operations), ["get"]);
  }
});

Deno.test("5,000 events take at most 11 requests to LivePerson once warm, and one KV write", async () => {
  await using environment = await openEnvironment(LEAN);
  await using worker = await startWorkerIn(environment, {
    observe: "operations",
    settings: { FIRST_FETCH: "2 hours" },
  });
  const now = Date.now();
  const events = { accountId: ACCOUNT, lpaShare: 0, automaticShare: 0 };
  environment.livePerson.add(
    generateRecords({
      ...events,
      seed: 1,
      count: 10,
      fromMs: now - HOUR_MS,
      toMs: now - HOUR_MS / 2,
    }),
  );
  await worker.fireCron();
  environment.livePerson.add(generateRecords({
    ...{ ...events, seed: 2, count: 5000 },
    fromMs: now - HOUR_MS / 2,
    toMs: now - 60_000,
  }));
  const [requests, operations] = [
    environment.livePerson.requests.length,
    kvOperations(worker.logs).length,
  ];
  await worker.fireCron();
  assert.equal(environment.xsiam.count, 5010);
  assert.ok(environment.livePerson.requests.length - requests <= 11);
  assert.deepEqual(kvOperations(worker.logs).slice(operations), ["get", "put"]);
});
