/** Those who use the Worker, on real workerd: their tries, their sessions, and what they did. */
import assert from "node:assert/strict";
import { ACCOUNT, SECRETS, until, withFolder } from "../environment.ts";
import { readOpenMetrics } from "../http/metrics/openmetrics.ts";
import { type Json, Stage } from "./stage.ts";

const READ = "read-t0ken-5a1d-77c2-4e09-8b3f-2c9d6e0f1a7b";

async function submit(stage: Stage, path: string, form: Record<string, string>, cookie = "") {
  const response = await stage.worker.fetch(path, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: stage.worker.url, Cookie: cookie },
    body: new URLSearchParams(form),
  });
  await response.body?.cancel();
  return response;
}

async function signIn(stage: Stage): Promise<string> {
  const { headers } = await submit(stage, "/sign-in", { api_token: SECRETS.API_TOKEN });
  return /^session=[^;]+/.exec(headers.get("Set-Cookie")!)![0];
}

const statusOf = async (stage: Stage, path: string, Cookie: string) =>
  (await stage.request("GET", path, { token: null, headers: { Cookie } })).status;

async function formToken(stage: Stage, Cookie: string): Promise<string> {
  const { text } = await stage.request("GET", "/", { token: null, headers: { Cookie } });
  return /name="token" value="([^"]+)"/.exec(text)![1];
}

Deno.test("guessing the token: 1,000 wrong tries meet a limit, and leave lines and a count", async () => {
  await using stage = await Stage.open();
  const statuses: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const answer = await stage.request("POST", "/collect", { token: `guess-${i}` });
    statuses.push(answer.status);
    if (answer.status === 429) {
      assert.equal(answer.body.code, "too_many_tries");
      assert.ok(Number(answer.headers.get("Retry-After")) > 0);
    }
  }
  // a minute may begin anew while they run
  const wrong = statuses.filter((status) => status === 401).length;
  assert.ok(wrong === 100 || wrong === 200, `${wrong} were answered`);
  assert.equal(statuses.filter((status) => status === 429).length, 1000 - wrong);
  assert.deepEqual(stage.asked(), {});
  await until("the lines", () => stage.logLines(isRefusal).length >= 9);
  assert.equal(typeof stage.logLines(isRefusal)[0].address, "string");
  const { text } = await stage.get("/metrics");
  const counted = readOpenMetrics(text).value("liveperson_collector_access_refused_total");
  assert.equal(counted, 1000);
});

Deno.test("sessions, the page's key and the record of actions outlive the Worker's restart", async () => {
  await withFolder(async (persistTo) => {
    await using stage = await Stage.open({ persistTo, settings: { API_TOKEN_READ: READ } });
    const [mine, copy] = [await signIn(stage), await signIn(stage)];
    await stage.post("/collect");
    await stage.request("POST", "/collect", { token: READ });
    await stage.restart();
    assert.equal(await statusOf(stage, "/", mine), 200);
    const { text } = await stage.request("GET", "/activity", {
      token: null,
      headers: { Cookie: mine },
    });
    assert.match(text, /API_TOKEN_READ.*collect.*refused/s);

    const token = await formToken(stage, mine);
    assert.equal((await submit(stage, "/sign-out-everywhere", { token }, mine)).status, 303);
    for (const cookie of [mine, copy]) assert.equal(await statusOf(stage, "/", cookie), 401);
    await stage.restart();
    for (const cookie of [mine, copy]) assert.equal(await statusOf(stage, "/", cookie), 401);
  });
});

Deno.test("the first requests of a new deployment, all at once, share one key", async () => {
  await using stage = await Stage.open();
  const cookies = await Promise.all(Array.from({ length: 8 }, () => signIn(stage)));
  for (const cookie of cookies) assert.equal(await statusOf(stage, "/", cookie), 200);
});

Deno.test("what was done is in the log, with the id that the answer has", async () => {
  await using stage = await Stage.open();
  const { headers } = await stage.post("/test-connection");
  const requestId = headers.get("X-Request-Id");
  await until("the line", () => stage.logLines(isAction).length > 0);
  const [line] = stage.logLines(isAction);
  assert.deepEqual(
    [line.requestId, line.actor, line.action, line.account, line.outcome],
    [requestId, { token: "API_TOKEN" }, "testConnection", ACCOUNT, "done"],
  );
});

for (const isOn of [true, false]) {
  Deno.test(`with the setting ${isOn ? "on" : "off"}, what was done or refused is ${isOn ? "delivered once, as events" : "not delivered"}`, async () => {
    const settings = { API_TOKEN_READ: READ, ...(isOn && { DELIVER_OPERATOR_ACTIONS: "true" }) };
    await using stage = await Stage.open({ settings });
    stage.addRecent(2);
    await stage.post("/collect");
    assert.equal((await stage.request("POST", "/collect", { token: READ })).status, 403);
    assert.equal((await stage.request("POST", "/collect", { token: "wrong" })).status, 401);
    for (let run = 0; run < 3; run++) await stage.cron();
    const told = stage.xsiam.events.filter(({ objectType }) => objectType === "COLLECTOR")
      .map(({ element, changeType, changedBy }) => [element, changeType, changedBy]);
    const expected = [
      ["collect", "OPERATOR_ACTION_DONE", "token API_TOKEN"],
      ["collect", "OPERATOR_ACTION_REFUSED", "token API_TOKEN_READ"],
    ];
    assert.deepEqual(told.sort(), isOn ? expected : []);
    assert.equal(stage.xsiam.count, 2 + told.length);
  });
}

function isRefusal({ event }: Json): boolean {
  return event === "access_refused";
}

function isAction({ event }: Json): boolean {
  return event === "operator_action";
}
