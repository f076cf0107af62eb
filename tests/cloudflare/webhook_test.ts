/** A backlog is delivered to a webhook whose receiver drops repeats, on the real runtime. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Webhook as Verifier } from "standardwebhooks";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { startWebhook } from "../../scripts/simulators/webhook.ts";
import { ACCOUNT, assertDiscreet, DAY_MS, openEnvironment, until } from "../environment.ts";
import { startWorkerIn } from "./worker_in.ts";

const EVENTS = 6000;
const SECRET = `whsec_${btoa("the secret of a webhook, 32 bytes")}`;
const URL_SECRET = "t0ken-in-the-url";
const KEY = "k3y-in-a-header";

Deno.test("a backlog reaches a webhook through refusals, outages and lost answers: nothing is lost, nothing comes twice", async () => {
  await using environment = await openEnvironment();
  await using hook = await startWebhook({
    target: `/hooks/${URL_SECRET}`,
    headers: { "x-key": KEY },
    secrets: [SECRET],
    dropsRepeats: true,
    poisonStatus: 422,
    poison: ({ objectName }) => String(objectName).endsWith("7 poison"),
  });
  hook.faults.when(
    "push",
    (n) => n % 5 === 1 ? { drop: "after" } : n % 5 === 3 ? { status: 503 } : undefined,
  );
  await using worker = await startWorkerIn(environment, {
    settings: {
      ...hook.settings,
      ...{ XSIAM_URL: "", XSIAM_API_KEY: "", DEBUG_TRACE: "true", REQUESTS_PER_RUN: "200" },
    },
  });
  const now = Date.now();
  const records = generateRecords({
    ...{ seed: 6, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: now - 2 * DAY_MS, toMs: now - DAY_MS / 2 },
  }).map((record, i) => i % 300 === 0 ? { ...record, objectName: `${i / 300} poison` } : record);
  environment.livePerson.add(records);
  const refused = records.filter(({ objectName }) => objectName.endsWith("7 poison")).length;
  assert.equal(refused, 2);

  assert.equal(await worker.fireCron(), "ok");
  const state = async () => (await worker.ask("/status")).body;
  await until("the end of the backlog", async () => {
    const { health } = await state();
    return hook.ids.size === EVENTS - refused && health.lastRun.more === false;
  }, 60_000);
  assert.deepEqual(new Set(hook.ids.values()), new Set([1]));
  assert.equal((await state()).undelivered.deadLetters, refused);
  const lost = hook.requests.filter(({ status }) => status === 0);
  assert.ok(lost.length > 1, "answers were lost");
  for (const { body, headers } of hook.requests) {
    new Verifier(SECRET).verify(Buffer.from(body), headers as Record<string, string>, {
      jsonParse: false,
    });
  }

  hook.status = 410;
  environment.livePerson.add(generateRecords({
    ...{ seed: 7, count: 1, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: Date.now() - 1000, toMs: Date.now() },
  }));
  const { status, body } = await worker.ask("/collect", "POST");
  assert.deepEqual([status, body.code], [502, "destination_not_found"]);
  const said = [...worker.logs, JSON.stringify([body, await state()])];
  assert.ok(said.some((line) => line.includes("upstream_request")), "requests are traced");
  assertDiscreet(said, [URL_SECRET, KEY, SECRET]);
});
