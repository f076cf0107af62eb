/** A backlog is delivered to a busy Splunk that takes parts of batches, on the real runtime. */
import assert from "node:assert/strict";
import { startHec } from "../../scripts/simulators/hec.ts";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, assertDiscreet, DAY_MS, openEnvironment, until } from "../environment.ts";
import { startWorkerIn } from "./worker_in.ts";

const EVENTS = 6000;

Deno.test("a backlog reaches a busy Splunk through partial answers: nothing is lost, nothing comes twice", async () => {
  await using environment = await openEnvironment();
  await using splunk = await startHec({
    indexes: ["audit"],
    // two pushes of three are cut short, at any event
    takes: (push) => push % 3 === 0 ? undefined : push * 97 % 400,
    poison: ({ event }) => (event as { objectName: string }).objectName.endsWith("7 poison"),
  });
  await using worker = await startWorkerIn(environment, {
    settings: { ...splunk.settings, HEC_INDEX: "audit", XSIAM_URL: "", XSIAM_API_KEY: "" },
  });
  const now = Date.now();
  const records = generateRecords({
    ...{ seed: 5, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: now - 2 * DAY_MS, toMs: now - DAY_MS / 2 },
  }).map((record, i) => i % 100 === 0 ? { ...record, objectName: `${i / 100} poison` } : record);
  environment.livePerson.add(records);
  const refused = records.filter(({ objectName }) => objectName.endsWith("7 poison")).length;

  assert.equal(await worker.fireCron(), "ok");
  const state = async () => (await worker.ask("/status")).body;
  await until("the end of the backlog", async () => {
    const { health } = await state();
    return splunk.ids.size === EVENTS - refused && health.lastRun.more === false;
  }, 60_000);
  assert.deepEqual(new Set(splunk.ids.values()), new Set([1]));
  const { undelivered, destination } = await state();
  assert.deepEqual(undelivered, {
    deadLetters: refused,
    setAside: 0,
    gaps: 0,
    stalledBackfills: 0,
    total: refused,
  });
  assert.equal(destination, `${new URL(splunk.url).host}#audit`);
  assert.equal(new Set(splunk.requests.map(({ channel }) => channel)).size, 1);
  assert.ok(splunk.requests.filter(({ status }) => status === 503).length > 5, "it was busy");

  const tested = async () => {
    const { status, body } = await worker.ask("/test-connection", "POST");
    const { step, outcome, because = "" } = body.steps.at(-1);
    return { status, step, outcome, because };
  };
  assert.deepEqual(await tested(), {
    ...{ status: 200, step: "destination", outcome: "ok", because: "" },
  });
  splunk.tellsHealth = false;
  splunk.faults.next("push", { status: 400, body: "no events", contentType: "text/plain" });
  const { because, ...unsure } = await tested();
  assert.deepEqual(unsure, { status: 200, step: "destination", outcome: "unverified" });
  assert.match(because, /doesn't show whether it accepts the token/);
  assertDiscreet(worker.logs, [splunk.token]);
});
