/** The cost of a year: what the free plan allows costs nothing, and beyond it each operation its price. */
import assert from "node:assert/strict";
import { costOfYear, type RunUse, useOfDay } from "../../scripts/bench/cost.ts";

const IDLE: RunUse = {
  requests: 1,
  kvReads: 1,
  kvWrites: 0,
  rowsRead: 7,
  rowsWritten: 1,
  cpuMs: 3,
};

Deno.test("a day has a run every five minutes, of each account", () => {
  const day = useOfDay(IDLE, 10);
  assert.deepEqual([day.workerRequests, day.objectRequests, day.rowsRead], [288, 2880, 20_160]);
  assert.equal(day.gigabyteSeconds, 2880 * 0.25 * 0.128);
});

Deno.test("what the free plan allows costs nothing, up to its limit", () => {
  assert.equal(costOfYear(IDLE, 1), 0);
  assert.equal(costOfYear({ ...IDLE, kvWrites: 1 }, 3), 0); // 864 writes a day
  assert.equal(costOfYear({ ...IDLE, kvWrites: 1 }, 4), 60); // 1,152: the paid plan's five dollars a month
  assert.equal(costOfYear(IDLE, 338), 0); // with 9 relays, 99,936 requests to Durable Objects a day
  assert.ok(costOfYear(IDLE, 339) >= 60);
});

Deno.test("beyond what the paid plan includes, each operation has its price", () => {
  const runsAMonth = 288 * 200 * 365 / 12;
  const writes = (runsAMonth - 1e6) / 1e6 * 5;
  const relaysAMonth = 288 * 5 * 365 / 12;
  const requests = (runsAMonth + relaysAMonth - 1e6) / 1e6 * 0.15;
  const use = { ...IDLE, kvWrites: 1 };
  assert.equal(costOfYear(use, 200).toFixed(6), (12 * (5 + writes + requests)).toFixed(6));
  const cpu = (runsAMonth * 40 - 30e6) / 1e6 * 0.02;
  assert.equal(
    costOfYear({ ...use, cpuMs: 40 }, 200).toFixed(6),
    (12 * (5 + writes + requests + cpu)).toFixed(6),
  );
});
