/** The Worker delivers to Microsoft Sentinel while its tokens expire, and Azure is busy now and then. */
import assert from "node:assert/strict";
import { startAzureMonitor } from "../../scripts/simulators/azure_monitor.ts";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, assertDiscreet, DAY_MS, openEnvironment } from "../environment.ts";
import { LEAN, startWorkerIn } from "./worker_in.ts";

const EVENTS = 12_000;
const CLIENT_SECRET = "az~s3cret.Q8";
const LONG = "🦊".repeat(20_000);

Deno.test("a backlog reaches Sentinel while tokens expire: nothing is lost, nothing comes twice", async () => {
  await using environment = await openEnvironment(LEAN);
  const { livePerson } = environment;
  await using azure = await startAzureMonitor({ clientSecret: CLIENT_SECRET, callsPerToken: 2 });
  // no other destination
  const settings = { XSIAM_URL: "", XSIAM_API_KEY: "", FIRST_FETCH: "30 days", ...azure.settings };
  await using worker = await startWorkerIn(environment, { settings });
  const now = Date.now();
  const [long, ...records] = generateRecords({
    ...{ seed: 3, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    fromMs: now - 29 * DAY_MS,
    toMs: now - DAY_MS / 2,
  });
  livePerson.add([{ ...long, newValue: LONG }, ...records]);
  azure.faults.when(
    "push",
    (n) =>
      n % 4 === 1
        ? { status: 429, headers: { "Retry-After": "0" } }
        : n % 7 === 3
        ? { status: 503 }
        : undefined,
  );
  azure.faults.next("token", { status: 503 });

  assert.equal(await worker.fireCron(), "ok");
  let status;
  do {
    status = (await worker.ask("/status")).body;
    assert.notEqual(status.state, "failing", JSON.stringify(status.health.lastRun));
  } while (status.health.lastRun.more);

  assert.equal(azure.rows.length, EVENTS);
  assert.equal(azure.ids.size, EVENTS);
  assert.equal(status.health.totals.delivered, EVENTS);
  assert.deepEqual([status.deadLetters, status.health.totals.altered], [0, 1]);

  const pushes = azure.requests.filter(({ target }) => target === "push");
  const expired = pushes.filter((push) => push.status === 401).length;
  assert.ok(expired > 1, `${expired} tokens expired`);
  assert.ok(pushes.every(({ plainBytes }) => plainBytes <= 1_000_000));
  const changeDates = azure.rows.map(({ ChangeDate }) => Date.parse(String(ChangeDate)));
  assert.ok(changeDates.every((timeMs, i) => i === 0 || timeMs >= changeDates[i - 1]), "in order");
  assert.ok(
    changeDates[0] < now - 28 * DAY_MS,
    "the time of the change, though Azure dates it anew",
  );

  const tested = await worker.ask("/test-connection", "POST");
  assert.equal(tested.body.steps.at(-1).step, "destination");
  assert.equal(tested.status, 200, JSON.stringify(tested.body));
  assertDiscreet([...worker.logs, JSON.stringify([status, tested.body])], [CLIENT_SECRET, "eyJ0"]);
});
