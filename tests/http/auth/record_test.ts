/** Who did what is recorded: by routes and on the page, what was refused and what failed too. */
import assert from "node:assert/strict";
import { ACCOUNT, SECRETS } from "../../environment.ts";
import {
  failed,
  ok,
  run,
  sampleCollector,
  samplePipeline,
  status,
} from "../dashboard/sample_app.ts";
import { PeopleApp, READ } from "./people_app.ts";

const { API_TOKEN } = SECRETS;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The actions in the log, without what every one has. */
function acts(app: PeopleApp) {
  return app.linesOf("operator_action")
    .map(({ level: _, event: __, address: ___, requestId: ____, ...rest }) => rest);
}

Deno.test("a command leaves who did it, from where, to what, and what came of it", async () => {
  const app = new PeopleApp();
  const { headers } = await app.ask("/collect", { method: "POST", token: API_TOKEN });
  const requestId = headers.get("X-Request-Id")!;
  assert.match(requestId, UUID);
  assert.deepEqual(app.linesOf("operator_action"), [{
    level: "info",
    event: "operator_action",
    requestId,
    actor: { token: "API_TOKEN" },
    address: "192.0.2.1",
    action: "collect",
    account: ACCOUNT,
    destination: null,
    outcome: "done",
    status: 200,
  }]);
});

Deno.test("every route that changes something or reads events is recorded, and no other", async () => {
  const app = new PeopleApp();
  const routes: [string, string][] = [
    ["GET", "/get-events"],
    ["POST", "/get-events"],
    ["POST", "/test-connection"],
    ["POST", "/collect"],
    ["GET", "/status"],
    ["GET", "/healthz?deep=true"],
    ["GET", "/metrics"],
    ["GET", "/docs"],
    ["GET", "/dead-letters"],
    ["DELETE", "/dead-letters?all=true"],
    ["POST", "/dead-letters/redeliver"],
    ["POST", "/backfill?from=1+day"],
    ["DELETE", "/backfill"],
    ["DELETE", `/cursor?confirm=${ACCOUNT}`],
    ["GET", "/state"],
    ["POST", "/state"],
  ];
  for (const [method, path] of routes) await app.ask(path, { method, token: API_TOKEN });
  assert.deepEqual(acts(app).map(({ action }) => action), [
    "getEvents",
    "pushEvents",
    "testConnection",
    "collect",
    "listDeadLetters",
    "discardDeadLetters",
    "redeliver",
    "startBackfill",
    "cancelBackfill",
    "forgetCursor",
    "exportState",
    "importState",
  ]);
});

Deno.test("what was refused and what failed is recorded as such", async () => {
  const app = new PeopleApp();
  const asked: [string, string, string][] = [
    ["POST", "/collect", READ],
    ["POST", "/collect?account=nope%0Ainjected", API_TOKEN],
    ["DELETE", "/cursor", API_TOKEN],
    ["GET", "/dead-letters", API_TOKEN],
    ["POST", "/collect", "wrong"],
  ];
  for (const [method, path, token] of asked) {
    await app.ask(path, { method, token });
    app.nowMs++;
  }
  const rest = { account: ACCOUNT, destination: null };
  assert.deepEqual(acts(app), [
    {
      actor: { token: "API_TOKEN_READ" },
      action: "collect",
      ...rest,
      outcome: "refused",
      status: 403,
    },
    {
      actor: { token: "API_TOKEN" },
      action: "collect",
      account: null,
      destination: null,
      outcome: "refused",
      status: 400,
    },
    {
      actor: { token: "API_TOKEN" },
      action: "forgetCursor",
      ...rest,
      outcome: "refused",
      status: 400,
    },
    {
      actor: { token: "API_TOKEN" },
      action: "listDeadLetters",
      ...rest,
      outcome: "failed",
      status: 500,
    },
    { actor: null, action: "collect", ...rest, outcome: "refused", status: 401 },
  ]);
  const kept = await app.operators.actions();
  assert.deepEqual(kept.map(({ outcome }) => outcome), ["failed", "refused", "refused", "refused"]);
});

Deno.test("the page's buttons, forged forms, sessions and reading events are recorded, with the session", async () => {
  const app = new PeopleApp();
  const cookie = await app.signIn();
  const session = cookie.split(".")[1].slice(0, 8);
  const token = await app.formToken(cookie);
  await app.ask("/events", { cookie });
  await app.ask("/events?start=1+day", { cookie });
  await app.ask("/actions/collect", { cookie, form: { account: ACCOUNT, token } });
  await app.ask("/actions/redeliver", { cookie, form: { account: ACCOUNT, token } });
  const discard = { account: ACCOUNT, token, all: "true" };
  await app.ask("/undelivered", { cookie });
  await app.ask("/actions/discard", { cookie, form: discard });
  await app.ask("/actions/discard", { cookie, form: { ...discard, all: "some" } });
  await app.ask("/actions/collect", { cookie, form: { account: ACCOUNT, token: "forged" } });
  await app.ask("/sign-out", { cookie, form: { token } });
  await app.ask("/sign-in", { form: { api_token: "wrong" } });
  const told = acts(app).map(({ action, outcome, actor }) => [action, outcome, actor]);
  const actor = { token: "API_TOKEN", session };
  assert.deepEqual(told, [
    ["signIn", "done", actor],
    ["getEvents", "done", actor],
    ["collect", "done", actor],
    ["redeliver", "failed", actor],
    ["listDeadLetters", "done", actor],
    ["discardDeadLetters", "failed", actor],
    ["discardDeadLetters", "refused", actor],
    ["collect", "refused", actor],
    ["signOut", "done", actor],
    ["signIn", "refused", null],
  ]);
});

Deno.test("asking for events is recorded even if there were too many requests, or only looking is allowed", async () => {
  const answers = {
    getEvents: failed("get_events_running", "One is not answered yet."),
    status: ok(status(ACCOUNT, {})),
  };
  const app = new PeopleApp(undefined, undefined, sampleCollector(answers));
  assert.equal((await app.ask("/get-events", { token: API_TOKEN })).status, 429);
  const cookie = await app.signIn(READ);
  assert.equal((await app.ask("/undelivered?event=abc", { cookie })).status, 403);
  assert.equal((await app.ask("/undelivered", { cookie })).status, 200, "only numbers");
  const [reading, , looking, ...more] = acts(app);
  assert.deepEqual([reading.action, reading.status, reading.actor], ["getEvents", 429, {
    token: "API_TOKEN",
  }]);
  const session = cookie.split(".")[1].slice(0, 8);
  assert.deepEqual([looking.action, looking.status, looking.actor], ["listDeadLetters", 403, {
    token: "API_TOKEN_READ",
    session,
  }]);
  assert.equal(more.length, 0);
});

Deno.test("strangers who open pages leave nothing in the log, and those who send forms meet the limit", async () => {
  const app = new PeopleApp();
  for (let i = 0; i < 500; i++) {
    for (const path of ["/events.csv", "/undelivered?event=a", "/events?start=1+day"]) {
      assert.equal((await app.ask(path)).status, 401);
    }
  }
  assert.deepEqual(app.lines, []);
  const statuses = [];
  for (let i = 0; i < 500; i++) {
    statuses.push((await app.ask("/actions/collect", { form: { account: ACCOUNT } })).status);
  }
  assert.deepEqual([statuses.indexOf(429), statuses.lastIndexOf(401)], [100, 99]);
  assert.equal(acts(app).length, 100);
  assert.equal(app.linesOf("access_refused").length, 9);
  assert.deepEqual(await app.operators.actions(), []);
});

Deno.test("the page shows the last 100, and a stranger's tries don't push them out", async () => {
  const app = new PeopleApp();
  const cookie = await app.signIn();
  for (let i = 0; i < 110; i++) {
    app.nowMs += 10_000;
    await app.ask(`/collect`, { method: "POST", token: API_TOKEN, from: `198.51.100.${i}` });
    await app.ask(`/collect`, { method: "POST", token: "wrong", from: `203.0.113.${i}` });
  }
  // nor do those of somebody who may only look
  for (let i = 0; i < 300; i++) await app.ask(`/collect`, { method: "POST", token: READ });
  const { text } = await app.ask("/activity", { cookie });
  assert.match(text, /198\.51\.100\.109/);
  assert.match(text, /198\.51\.100\.10</);
  assert.doesNotMatch(text, /198\.51\.100\.9</);
  assert.doesNotMatch(text, /203\.0\.113/);
  const { length } = await app.operators.actions();
  assert.equal(length, 200, "the last 100 refused ones are kept beside");
});

Deno.test("that the record can't be kept fails no command, and is told in the log", async () => {
  const app = new PeopleApp();
  app.operators.keepAction = () => Promise.reject(new Error("no storage"));
  assert.equal((await app.ask("/collect", { method: "POST", token: API_TOKEN })).status, 200);
  assert.equal(app.linesOf("operator_action").length, 1);
  assert.equal(app.linesOf("operator_action_lost").length, 1);
});

Deno.test("with the setting, what was done is queued for each destination of its account, and only then", async () => {
  const queued: [string, string][] = [];
  const service = sampleCollector({ collect: ok(run()), queueOperatorAction: ok(undefined) });
  const pipelines = ["111/xsiam", "111/hec", "222/xsiam"].map(samplePipeline);
  const app = new PeopleApp({ API_TOKEN, DELIVER_OPERATOR_ACTIONS: "true" }, pipelines, {
    ...service,
    queueOperatorAction: (action) => {
      queued.push([action.action, String(action.account)]);
      return service.queueOperatorAction(action);
    },
  });
  const collect = (query: string, token: string = API_TOKEN) =>
    app.ask(`/collect${query}`, { method: "POST", token });
  await collect("?account=222");
  await collect("");
  await collect("", "wrong");
  await app.ask("/cursor?confirm=222", { method: "DELETE", token: API_TOKEN });
  const first = [["collect", "null"], ["collect", "null"]];
  assert.deepEqual(queued, [["collect", "222"], ...first, ["forgetCursor", "222"]]);
  app.variables = { API_TOKEN };
  await collect("");
  assert.equal(queued.length, 4);
});
