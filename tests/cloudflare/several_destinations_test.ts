/**
 * XSIAM and Splunk as the destinations of one account, on the real runtime: each has its own cursor, state
 * and dead letters, and whatever happens to one, the other goes on.
 */
import assert from "node:assert/strict";
import { type HecSimulator, startHec } from "../../scripts/simulators/hec.ts";
import { ACCOUNT, changeAt, DAY_MS, HOUR_MS, SECOND, until, withFolder } from "../environment.ts";
import { readOpenMetrics } from "../http/metrics/openmetrics.ts";
import { type Json, Stage, type StageOptions } from "./stage.ts";

const WITHOUT_SPLUNK = { HEC_URL: "", HEC_TOKEN: "" };

class Two implements AsyncDisposable {
  private constructor(readonly stage: Stage, readonly splunk: HecSimulator) {}

  /** `settings`: over those of both. */
  static async open({ settings, ...options }: StageOptions = {}): Promise<Two> {
    await using started = new AsyncDisposableStack();
    const splunk = started.use(await startHec());
    const stage = await Stage.open({
      ...options,
      settings: { ...splunk.settings, RETRY_DELAY: "0 seconds", ...settings },
    });
    started.move();
    return new Two(stage, splunk);
  }

  /** How many events each has, none of them twice. */
  get counts() {
    const { stage: { xsiam }, splunk } = this;
    assert.deepEqual([xsiam.ids.size, splunk.ids.size], [xsiam.count, splunk.count]);
    return { xsiam: xsiam.count, splunk: splunk.count };
  }

  /** The entries of an answer that is a list, by destination. */
  async list(method: string, path: string): Promise<{ xsiam: Json; hec: Json; status: number }> {
    const { status, body } = await this.stage.request(method, path);
    const [xsiam, hec, ...others] = body.accounts;
    assert.deepEqual([xsiam.account, hec.account, others.length], [ACCOUNT, ACCOUNT, 0]);
    return { xsiam, hec, status };
  }

  async status(destination: string): Promise<Json> {
    const { status, body } = await this.stage.get(`/status?destination=${destination}`);
    assert.equal(status, 200);
    return body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.splunk[Symbol.asyncDispose]();
  }
}

Deno.test("both get every event, under the same ids, and all that is told says to which", async () => {
  await using two = await Two.open();
  const { stage, splunk } = two;
  stage.addRecent(5);
  assert.equal(await stage.fireCron(), "ok");
  assert.deepEqual(two.counts, { xsiam: 5, splunk: 5 });
  assert.deepEqual([...splunk.ids.keys()].sort(), [...stage.xsiam.ids.keys()].sort());

  const { xsiam, hec } = await two.list("GET", "/status");
  assert.deepEqual([xsiam.kind, xsiam.destination], ["xsiam", stage.taps.xsiam.host]);
  assert.deepEqual([hec.kind, hec.destination], ["hec", new URL(splunk.url).host]);
  for (const { state, health } of [xsiam, hec]) {
    assert.deepEqual([state, health.totals.delivered], ["healthy", 5]);
  }
  const { account, kind, health } = await two.status("hec");
  assert.deepEqual([account, kind, health.totals.delivered], [ACCOUNT, "hec", 5]);

  const judged = await two.list("GET", "/healthz?deep=true");
  assert.equal(judged.status, 200);
  assert.deepEqual([judged.xsiam.destination, judged.hec.destination], ["xsiam", "hec"]);

  const metrics = readOpenMetrics((await stage.get("/metrics")).text);
  for (const destination of ["xsiam", "hec"]) {
    const labels = { account: ACCOUNT, destination };
    assert.equal(metrics.value("liveperson_collector_events_delivered_total", labels), 5);
  }
  const one = (await stage.get("/metrics?destination=hec")).text;
  assert.ok(one.includes(`destination="hec"`) && !one.includes(`destination="xsiam"`));

  const ended = stage.logLines(({ event }) => event === "run_ended");
  assert.deepEqual(ended.map((line) => [line.account, line.destination]).sort(), [
    [ACCOUNT, "hec"],
    [ACCOUNT, "xsiam"],
  ]);
  const unknown = await stage.get("/status?destination=sentinel");
  assert.equal(unknown.status, 400);
  assert.equal(
    unknown.body.detail,
    `There is no destination "sentinel". The destinations are: xsiam, hec.`,
  );
});

Deno.test("one that is down fails by name, and the other goes on: by cron, on request, and in a backfill", async () => {
  await using two = await Two.open();
  const { stage, splunk } = two;
  splunk.faults.always("push", { status: 503 });
  stage.addRecent(3);
  assert.notEqual(await stage.fireCron(), "ok");
  assert.deepEqual(two.counts, { xsiam: 3, splunk: 0 });

  stage.addRecent(2);
  const answer = await stage.post("/collect");
  assert.deepEqual([answer.status, answer.body.code], [502, "accounts_failed"]);
  assert.equal(answer.body.detail, "1 of 2 failed.");
  assert.deepEqual(
    answer.body.accounts.map((run: Json) => [run.destination, run.delivered, run.problem?.code]),
    [["xsiam", 2, undefined], ["hec", 0, "upstream_failed"]],
  );

  stage.add([changeAt(Date.now() - 10 * DAY_MS), changeAt(Date.now() - 9 * DAY_MS)]);
  const range = { from: "11 days ago", to: "8 days ago" };
  const begun = await stage.post("/backfill", range);
  assert.equal(begun.status, 202);
  assert.deepEqual(begun.body.accounts.map((one: Json) => one.destination), ["xsiam", "hec"]);
  await stage.fireCron();
  assert.deepEqual(two.counts, { xsiam: 7, splunk: 0 });
  const { xsiam, hec } = await two.list("GET", "/status");
  assert.ok(xsiam.backfill.completedAt !== null && hec.backfill.completedAt === null);
  assert.deepEqual([xsiam.state, hec.state], ["healthy", "failing"]);
  const judged = await two.list("GET", "/healthz?deep=true");
  assert.equal(judged.status, 503);
  assert.deepEqual([judged.xsiam.alarming, judged.hec.alarming], [false, true]);

  splunk.faults.clear();
  assert.equal(await stage.fireCron(), "ok");
  assert.deepEqual(two.counts, { xsiam: 7, splunk: 7 });
  assert.equal((await two.status("hec")).state, "healthy");
});

Deno.test("one that does not answer holds up no other", async () => {
  await using two = await Two.open({ settings: { REQUEST_TIMEOUT: "60 seconds" } });
  const { stage, splunk } = two;
  splunk.faults.next("push", { hang: true });
  stage.addRecent(4);
  const running = stage.fireCron();
  await until("XSIAM's events", async () => (await two.status("xsiam")).health.lastRun !== null);
  assert.deepEqual(two.counts, { xsiam: 4, splunk: 0 });

  stage.addRecent(1);
  assert.equal((await stage.post("/collect?destination=xsiam")).body.delivered, 1);
  assert.equal((await stage.post("/dead-letters/redeliver?destination=xsiam")).status, 200);
  assert.equal((await two.status("hec")).state, "waiting", "its run has not ended");
  await splunk.close();
  assert.notEqual(await running, "ok");
});

Deno.test("what one refuses is its dead letter alone, and has to be asked for by its name", async () => {
  await using two = await Two.open();
  const { stage, splunk } = two;
  stage.addRecent(2);
  const [poison] = stage.addRecent(1);
  splunk.poison = ({ event }) => (event as Json).objectName === poison.objectName;
  await stage.fireCron();
  await stage.fireCron();
  assert.deepEqual(two.counts, { xsiam: 3, splunk: 2 });
  assert.equal((await stage.get("/dead-letters?destination=xsiam")).body.count, 0);
  assert.equal((await stage.get("/dead-letters?destination=hec")).body.count, 1);
  for (const [method, path] of [["GET", "/dead-letters"], ["POST", "/dead-letters/redeliver"]]) {
    const { status, body } = await stage.request(method, path);
    assert.equal(status, 400);
    assert.equal(
      body.detail,
      `Account ${ACCOUNT} has 2 destinations: select one with ?destination=. ` +
        "The destinations are: xsiam, hec.",
    );
  }
  splunk.poison = undefined;
  const { body } = await stage.post("/dead-letters/redeliver?destination=hec");
  assert.deepEqual([body.delivered, body.left], [1, 0]);
  assert.deepEqual(two.counts, { xsiam: 3, splunk: 3 });
});

Deno.test("the cursor to be forgotten is named, and the other stays", async () => {
  await using two = await Two.open();
  const { stage, splunk } = two;
  stage.addRecent(2);
  await stage.fireCron();
  const key = (destination: string) => `cursor/${ACCOUNT}/audit/${destination}`;
  const keys = [key(`hec/${new URL(splunk.url).host}`), key(`xsiam/${stage.taps.xsiam.host}`)];
  assert.deepEqual(Object.keys(await stage.stored()).sort(), keys);

  const unnamed = await stage.request("DELETE", `/cursor?confirm=${ACCOUNT}`);
  assert.equal(unnamed.status, 400);
  assert.match(unnamed.body.detail, /has 2 destinations: select one with \?destination=/);
  const named = await stage.request("DELETE", `/cursor?confirm=${ACCOUNT}&destination=hec`);
  assert.deepEqual(named.body, { account: ACCOUNT, destination: "hec", cursor: null });
  assert.deepEqual(Object.keys(await stage.stored()), [keys[1]]);
  await stage.fireCron();
  assert.equal(stage.xsiam.count, 2, "it is not read again for XSIAM");
  assert.equal(splunk.count, 4);
});

Deno.test("events are read whichever destination is broken, and pushed only to one that is named", async () => {
  await using two = await Two.open({ settings: { XSIAM_COMPRESSION: "brotli" } });
  const { stage } = two;
  stage.addRecent(2);
  assert.equal((await stage.get("/get-events")).body.count, 2);
  const push = { should_push_events: true };
  const unnamed = await stage.post("/get-events", push);
  assert.equal(unnamed.status, 400);
  assert.match(unnamed.body.detail, /select one with \?destination=/);
  assert.equal((await stage.post("/get-events", { ...push, destination: "hec" })).body.pushed, 2);
  assert.deepEqual(two.counts, { xsiam: 0, splunk: 2 });

  const { xsiam, hec } = await two.list("GET", "/status");
  assert.deepEqual([xsiam.kind, xsiam.destination], ["xsiam", null]);
  assert.equal(xsiam.problem.detail, "XSIAM_COMPRESSION must be gzip or none.");
  assert.equal(hec.state, "waiting");
});

Deno.test("the test of the connection tells of LivePerson once, and of each destination by name", async () => {
  await using two = await Two.open();
  const { stage, splunk } = two;
  const outcomes = ({ body }: Json) =>
    body.steps.map(({ step, destination, outcome }: Json) =>
      [step, destination, outcome].filter((word) => word !== undefined).join(" ")
    );
  const source = ["configuration ok", "discovery ok", "token ok", "audit ok"];
  const works = await stage.post("/test-connection");
  assert.equal(works.status, 200);
  assert.deepEqual(outcomes(works), [
    ...source,
    "destination xsiam skipped",
    "destination hec ok",
  ]);
  assert.match(
    works.body.steps[4].because,
    /no call for the HTTP log collector but the one that stores/,
  );
  assert.deepEqual(stage.asked(), { domain: 2, token: 2, audit: 2 }, "each has its own session");
  assert.deepEqual(outcomes(await stage.post("/test-connection?destination=hec")), [
    ...source,
    "destination hec ok",
  ]);

  splunk.token = "an0ther";
  stage.livePerson.forbidden = true;
  const fails = await stage.post("/test-connection");
  assert.equal(fails.status, 502);
  assert.deepEqual(outcomes(fails), [
    ...["configuration ok", "discovery ok", "token ok", "audit failed"],
    "destination xsiam skipped",
    "destination hec failed",
  ]);
  assert.equal(fails.body.steps[5].problem.code, "destination_unauthorized");
  await stage.restart({ XSIAM_API_KEY: "a b" });
  assert.deepEqual(outcomes(await stage.post("/test-connection")), [
    ...["configuration xsiam failed", "discovery ok", "token ok", "audit failed"],
    "destination xsiam skipped",
    "destination hec failed",
  ]);
});

Deno.test("an account of the list has its own destinations, or switches one off with an empty value", async () => {
  await using own = await startHec();
  const accounts = JSON.stringify([
    { LIVEPERSON_ACCOUNT_ID: SECOND, XSIAM_URL: "", HEC_URL: own.url, HEC_TOKEN: own.token },
  ]);
  await using two = await Two.open({ settings: { LIVEPERSON_ACCOUNTS: accounts } });
  const { stage } = two;
  stage.add([
    changeAt(Date.now() - HOUR_MS),
    changeAt(Date.now() - HOUR_MS, { accountId: SECOND }),
  ]);
  const { body } = await stage.post("/collect");
  assert.deepEqual(
    body.accounts.map((run: Json) => [run.account, run.destination, run.delivered]),
    [[ACCOUNT, "xsiam", 1], [ACCOUNT, "hec", 1], [SECOND, "hec", 1]],
  );
  assert.deepEqual(two.counts, { xsiam: 1, splunk: 1 });
  assert.equal(own.count, 1);
  const hecs = await stage.get("/status?destination=hec");
  assert.deepEqual(hecs.body.accounts.map((one: Json) => one.account), [ACCOUNT, SECOND]);
  assert.equal((await stage.get(`/status?account=${SECOND}`)).body.kind, "hec");
});

Deno.test("a destination that is added begins at FIRST_FETCH; one that is taken away is quiet, and goes on once it is back", async () => {
  await withFolder(async (persistTo) => {
    await using two = await Two.open({ persistTo, settings: WITHOUT_SPLUNK });
    const { stage, splunk } = two;
    stage.add([changeAt(Date.now() - 5 * DAY_MS), changeAt(Date.now() - 2 * DAY_MS)]);
    await stage.fireCron();
    assert.equal((await stage.status()).destination, stage.taps.xsiam.host, "one alone is no list");
    assert.deepEqual(two.counts, { xsiam: 1, splunk: 0 });

    await stage.restart({ ...splunk.settings });
    await stage.fireCron();
    assert.deepEqual(two.counts, { xsiam: 1, splunk: 1 });
    await stage.post("/backfill", { from: "6 days ago", to: "4 days ago", destination: "hec" });
    await stage.fireCron();
    assert.deepEqual(two.counts, { xsiam: 1, splunk: 2 });
    const before = Object.entries(await stage.stored());

    await stage.restart(WITHOUT_SPLUNK);
    stage.addRecent(2);
    assert.equal(await stage.fireCron(), "ok");
    assert.deepEqual(two.counts, { xsiam: 3, splunk: 2 });
    assert.equal((await stage.get("/status?destination=hec")).status, 400);
    assert.ok(!(await stage.get("/metrics")).text.includes("hec"));
    assert.deepEqual(stage.logLines(({ destination }) => destination === "hec"), []);
    const ofSplunk = ([key]: [string, string]) => key.includes("/hec/");
    assert.deepEqual(
      Object.entries(await stage.stored()).filter(ofSplunk),
      before.filter(ofSplunk),
    );

    await stage.restart({ ...splunk.settings });
    assert.equal(await stage.fireCron(), "ok");
    assert.deepEqual(two.counts, { xsiam: 3, splunk: 4 });
    assert.equal((await two.status("hec")).health.totals.delivered, 3);
  });
});
