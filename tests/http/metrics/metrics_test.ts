/** `/metrics` of the deployable bundle: what it counts, who may read it, and what a scrape costs. */
import assert from "node:assert/strict";
import { kvOperations } from "../../../scripts/local/observe.ts";
import { listAccounts, settingsOfAccount } from "../../../scripts/simulators/environment.ts";
import { VERSION } from "../../../src/version.ts";
import { record } from "../../simulators/sample.ts";
import { startWorkerIn } from "../../cloudflare/worker_in.ts";
import {
  ACCOUNT,
  account,
  change,
  DAY_MS,
  MINUTE_MS,
  openEnvironment,
  SECRETS,
  tenth,
  withFolder,
} from "../../environment.ts";
import { Stage } from "../../cloudflare/stage.ts";
import { type Metrics, readOpenMetrics } from "./openmetrics.ts";
import { checkClassic, importOpenMetrics } from "./promtool.ts";

/** As Prometheus 2.42 asks. */
const PROMETHEUS_ACCEPT = "application/openmetrics-text;version=1.0.0," +
  "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

const P = "liveperson_collector_";

/** A scrape that was checked in both formats. */
async function scrape(stage: Stage): Promise<Metrics> {
  const answer = await stage.get("/metrics", { Accept: PROMETHEUS_ACCEPT });
  assert.equal(answer.status, 200);
  const metrics = readOpenMetrics(answer.text);
  await importOpenMetrics(answer.text);
  await checkClassic((await stage.get("/metrics", { Accept: "text/plain" })).text);
  return metrics;
}

function values(metrics: Metrics, names: readonly string[]): Record<string, number | undefined> {
  const account = { account: ACCOUNT };
  return Object.fromEntries(names.map((name) => [name, metrics.value(P + name, account)]));
}

const COUNTERS = [
  "events_delivered_total",
  "late_arrivals_total",
  "twins_total",
  "events_dead_lettered_total",
  "dead_letters",
  "consecutive_failures",
  "backlog",
];

Deno.test("metrics tell what happened, and survive a restart", async (t) => {
  await withFolder(async (persistTo) => {
    await using stage = await Stage.open({ persistTo });

    await t.step("before the first run", async () => {
      const metrics = await scrape(stage);
      assert.equal(metrics.value(`${P}build_info`, { version: VERSION }), 1);
      assert.equal(metrics.value(`${P}up`, { account: ACCOUNT }), 1);
      assert.equal(metrics.value(`${P}state`, { state: "waiting" }), 1);
      assert.equal(metrics.value(`${P}runs_total`, { outcome: "ok" }), 0);
      assert.equal(metrics.value(`${P}lag_seconds`), undefined);
      assert.equal(metrics.value(`${P}last_success_timestamp_seconds`), undefined);
    });

    await t.step("after runs, late arrivals, twins and dead letters", async () => {
      stage.xsiam.poison = ({ element }) => element === "Poison";
      const twin = change();
      stage.add([change(), twin, twin, change({ element: "Poison" })]);
      await stage.cron();
      stage.add([change({ changeTimestampMs: tenth(Date.now() - MINUTE_MS) })]);
      await stage.cron();
      const metrics = await scrape(stage);
      assert.deepEqual(values(metrics, COUNTERS), {
        events_delivered_total: 4,
        late_arrivals_total: 1,
        twins_total: 1,
        events_dead_lettered_total: 1,
        dead_letters: 1,
        consecutive_failures: 0,
        backlog: 0,
      });
      assert.equal(metrics.value(`${P}state`, { state: "incomplete" }), 1);
      assert.equal(metrics.value(`${P}run_duration_seconds_count`), 2);
      const agoSeconds = Date.now() / 1000 - metrics.value(`${P}last_success_timestamp_seconds`)!;
      assert.ok(agoSeconds >= 0 && agoSeconds < 60);
      assert.ok(metrics.value(`${P}lag_seconds`)! < 60);
    });

    await t.step("after failures", async () => {
      stage.livePerson.forbidden = true;
      await stage.cron();
      await stage.cron();
      const metrics = await scrape(stage);
      assert.equal(metrics.value(`${P}runs_total`, { outcome: "ok" }), 2);
      assert.equal(metrics.value(`${P}runs_total`, { outcome: "failed" }), 2);
      assert.equal(metrics.value(`${P}consecutive_failures`), 2);
      assert.equal(metrics.value(`${P}state`, { state: "failing" }), 1);
      assert.equal(metrics.value(`${P}state`, { state: "healthy" }), 0);
      assert.ok(metrics.value(`${P}upstream_requests_total`, { target: "audit", status: "403" }));
      stage.livePerson.forbidden = false;
    });

    await t.step("every request is counted, by target and status", async () => {
      const metrics = await scrape(stage);
      for (const target of ["domain", "token", "audit", "xsiam"]) {
        const requests: readonly { status: number }[] = target === "xsiam"
          ? stage.xsiam.requests
          : stage.livePerson.requests.filter((request) => request.target === target);
        for (const [status, { length }] of Map.groupBy(requests, (request) => request.status)) {
          const labels = { account: ACCOUNT, target, status: String(status) };
          assert.equal(metrics.value(`${P}upstream_requests_total`, labels), length);
        }
      }
    });

    await t.step("after a restart", async () => {
      const before = values(await scrape(stage), COUNTERS);
      await stage.restart();
      assert.deepEqual(values(await scrape(stage), COUNTERS), before);
      stage.addRecent(2);
      await stage.cron();
      const after = await scrape(stage);
      assert.equal(after.value(`${P}events_delivered_total`), 6);
      assert.equal(after.value(`${P}run_duration_seconds_count`), 5);
    });

    await t.step("a redelivered dead letter is kept no more, but was one", async () => {
      stage.xsiam.poison = undefined;
      await stage.post("/dead-letters/redeliver");
      const metrics = await scrape(stage);
      assert.equal(metrics.value(`${P}dead_letters`), 0);
      assert.equal(metrics.value(`${P}events_dead_lettered_total`), 1);
    });
  });
});

Deno.test("a backfill and its dead letters show", async () => {
  await using stage = await Stage.open({ settings: { FIRST_FETCH: "1 hour" } });
  stage.xsiam.poison = ({ element }) => element === "Poison";
  const old = (fields = {}) =>
    change({ changeTimestampMs: tenth(Date.now() - 2 * DAY_MS), ...fields });
  stage.add([old(), old({ element: "Poison" }), old()]);
  stage.livePerson.faults.next("token", { status: 503 });
  await stage.cron();
  await stage.post("/backfill", { from: "3 days ago", to: "1 day ago" });
  assert.equal((await scrape(stage)).value(`${P}backfill_running`), 1);
  while ((await stage.status()).backfill.completedAt === null) await stage.post("/collect");
  const done = await scrape(stage);
  assert.deepEqual(
    values(done, ["backfill_running", "backfill_events", "events_dead_lettered_total"]),
    { backfill_running: 0, backfill_events: 2, events_dead_lettered_total: 1 },
  );
  assert.equal(done.value(`${P}upstream_retries_total`), 1);
});

Deno.test("/metrics is read with the token, in the format that is asked for", async () => {
  await using stage = await Stage.open();
  assert.equal((await stage.request("GET", "/metrics", { token: null })).status, 401);
  assert.equal((await stage.request("GET", "/metrics", { token: "wrong" })).status, 401);
  assert.equal((await stage.post("/metrics")).headers.get("Allow"), "GET");
  const OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  const formats = {
    "": OPEN,
    "*/*": OPEN,
    [PROMETHEUS_ACCEPT]: OPEN,
    "text/html,application/xhtml+xml,*/*;q=0.8": OPEN,
    "text/plain": "text/plain; version=0.0.4; charset=utf-8",
    "text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.1":
      "text/plain; version=0.0.4; charset=utf-8",
  };
  for (const [accept, type] of Object.entries(formats)) {
    const answer = await stage.get("/metrics", accept === "" ? {} : { Accept: accept });
    assert.equal(answer.headers.get("Content-Type"), type);
    assert.equal(answer.headers.get("Cache-Control"), "no-store");
  }
  assert.equal((await stage.get("/metrics?account=nobody")).status, 400);
});

Deno.test("all accounts are in one scrape; a broken one is down, whatever it is called", async () => {
  const hostile = 'x"} 1\nliveperson_collector_up{account="forged"} 1\n# EOF\n\\';
  const accounts = ["good", "bad", hostile].map(account);
  await using environment = await openEnvironment({ accounts });
  environment.livePerson.add([
    record({ accountId: "good", changeTimestampMs: Date.now() - MINUTE_MS }),
  ]);
  const list = accounts.map((one) => ({
    ...settingsOfAccount(one),
    ...(one.accountId === "bad" && { MAX_FETCH: "many" }),
  }));
  await using worker = await startWorkerIn(environment, { settings: listAccounts(list) });
  await worker.fireCron();
  const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const get = async (path: string, accept: string) => {
    const response = await worker.fetch(path, { headers: { ...headers, Accept: accept } });
    assert.equal(response.status, 200);
    return await response.text();
  };
  const text = await get("/metrics", PROMETHEUS_ACCEPT);
  await importOpenMetrics(text);
  await checkClassic(await get("/metrics", "text/plain"));
  const metrics = readOpenMetrics(text);
  const up = metrics.series(`${P}up`).map(({ labels, value }) => [labels.account, value]);
  assert.deepEqual(up, [["good", 1], ["bad", 0], [hostile.trim(), 0]]);
  assert.equal(metrics.value(`${P}events_delivered_total`, { account: "good" }), 1);
  assert.equal(metrics.series(`${P}events_delivered_total`).length, 1);

  const one = readOpenMetrics(await get("/metrics?account=good", PROMETHEUS_ACCEPT));
  assert.equal(one.series(`${P}up`).length, 1);
});

Deno.test("KV sees one write a run, none in an idle one, and nothing of a scrape", async () => {
  await using environment = await openEnvironment();
  await using worker = await startWorkerIn(environment, { observe: "operations" });
  const countsOf = async (act: () => Promise<unknown>) => {
    const before = kvOperations(worker.logs).length;
    await act();
    return kvOperations(worker.logs).slice(before);
  };
  const puts = (operations: string[]) => operations.filter((name) => name === "put").length;
  const recent = () => record({ accountId: ACCOUNT, changeTimestampMs: Date.now() - 1000 });
  environment.livePerson.add([recent(), recent()]);
  assert.equal(
    puts(await countsOf(() => worker.ask("/collect", "POST"))),
    1,
    "a run that delivers",
  );
  assert.equal(puts(await countsOf(() => worker.ask("/collect", "POST"))), 0, "an idle run");
  const scraped = await countsOf(async () => {
    const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
    const text = await (await worker.fetch("/metrics", { headers })).text();
    assert.equal(readOpenMetrics(text).value(`${P}events_delivered_total`), 2);
  });
  assert.deepEqual(scraped, []);
});
