/** What people did is delivered as events, by the pipeline's own means and after its own events. */
import assert from "node:assert/strict";
import type { OperatorAction } from "../../src/operators/action.ts";
import type { RunReport } from "../../src/collector/health/report.ts";
import { ACCOUNT, changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const ON = { DELIVER_OPERATOR_ACTIONS: "true" };

function action(number: number, fields: Partial<OperatorAction> = {}): OperatorAction {
  return {
    at: new Date(NOW - MINUTE_MS + number).toISOString(),
    requestId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    actor: { access: "kim@example.com" },
    address: "192.0.2.1",
    action: "collect",
    account: ACCOUNT,
    destination: null,
    outcome: "done",
    status: 200,
    ...fields,
  };
}

async function open(settings: Record<string, string> = ON) {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const storage = newStorage();
  const host = mortalHost(storage, () => NOW);
  const collector = collectorIn(environment, host, settings);
  const ids = () => environment.xsiam.events.map((event) => String(event.event_id));
  const waiting = () =>
    [...storage.local.keys()].filter((key) => key.startsWith("operator-action/")).length;
  const lines = (event: string) => host.lines.filter((line) => line.event === event);
  return {
    environment,
    collector,
    ids,
    waiting,
    lines,
    collect: (): Promise<RunReport> => collector.collect("cron"),
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("the next run delivers it once, with an id of its own, and counts only the account's own events", async () => {
  await using at = await open();
  at.environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  await at.collector.queueOperatorAction(action(1));
  await at.collector.queueOperatorAction(action(2, { outcome: "refused", status: 403 }));
  const report = await at.collect();
  assert.deepEqual([report.outcome, report.delivered], ["ok", 1]);
  await at.collect();
  const [own, first, second, ...more] = at.environment.xsiam.events;
  assert.deepEqual([more.length, at.waiting()], [0, 0]);
  assert.equal(own.element, "Email");
  assert.equal(second.changeType, "OPERATOR_ACTION_REFUSED");
  assert.deepEqual(first, {
    changeDate: action(1).at,
    accountId: ACCOUNT,
    objectType: "COLLECTOR",
    element: "collect",
    changeType: "OPERATOR_ACTION_DONE",
    userId: null,
    changedBy: "kim@example.com",
    objectName: ACCOUNT,
    operatorAction: {
      requestId: action(1).requestId,
      actor: { access: "kim@example.com" },
      address: "192.0.2.1",
      account: ACCOUNT,
      destination: null,
      outcome: "done",
      status: 200,
    },
    _time: action(1).at,
    event_id: `operator-${action(1).requestId}`,
  });
  assert.deepEqual(at.lines("operator_actions_delivered").map(({ delivered }) => delivered), [2]);
});

Deno.test("unless the setting is on, nothing is delivered", async () => {
  await using at = await open({});
  await at.collector.queueOperatorAction(action(1));
  await at.collect();
  assert.deepEqual([at.ids(), at.waiting()], [[], 1]);
});

Deno.test("while the destination is down it waits, the run fails, and it comes later", async () => {
  await using at = await open();
  await at.collector.queueOperatorAction(action(1));
  at.environment.xsiam.faults.always("push", { status: 503 });
  const report = await at.collect();
  assert.deepEqual([report.outcome, report.problem?.code, at.waiting()], [
    "failed",
    "upstream_failed",
    1,
  ]);
  at.environment.xsiam.faults.clear();
  assert.equal((await at.collect()).outcome, "ok");
  assert.deepEqual([at.ids().length, at.waiting()], [1, 0]);
});

Deno.test("one that is refused is told in the log, and holds up neither the others nor the account's events", async () => {
  await using at = await open();
  at.environment.xsiam.poison = ({ element }) => element === "redeliver";
  for (const number of [1, 2, 3]) {
    await at.collector.queueOperatorAction(
      action(number, number === 2 ? { action: "redeliver" } : {}),
    );
  }
  at.environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  const report = await at.collect();
  assert.deepEqual([report.outcome, report.delivered, at.waiting()], ["ok", 1, 0]);
  assert.equal(at.ids().length, 3);
  const [line, ...more] = at.lines("operator_action_refused");
  assert.deepEqual([line.requestId, more.length], [action(2).requestId, 0]);
});

Deno.test("20 go in a run, and of more than 1,000 that wait the oldest go", async () => {
  await using at = await open();
  for (let i = 0; i < 1001; i++) await at.collector.queueOperatorAction(action(i));
  assert.equal(at.waiting(), 1000);
  assert.deepEqual(at.lines("operator_actions_dropped").map(({ dropped }) => dropped), [1]);
  await at.collect();
  const expected = Array.from({ length: 20 }, (_, i) => `operator-${action(i + 1).requestId}`);
  assert.deepEqual([at.ids(), at.waiting()], [expected, 980]);
});

Deno.test("refused tries, however many, drop nothing that was done", async () => {
  await using at = await open();
  await at.collector.queueOperatorAction(action(0, { action: "forgetCursor" }));
  const refused = { outcome: "refused", status: 403 } as const;
  for (let i = 1; i <= 1100; i++) await at.collector.queueOperatorAction(action(i, refused));
  assert.equal(at.waiting(), 1000);
  await at.collect();
  assert.equal(at.ids()[0], `operator-${action(0).requestId}`);
});

for (const XSIAM_FORMAT of ["ecs", "ocsf"]) {
  Deno.test(`in the format ${XSIAM_FORMAT} it tells the same`, async () => {
    await using at = await open({ ...ON, XSIAM_FORMAT });
    await at.collector.queueOperatorAction(action(1));
    await at.collect();
    const text = JSON.stringify(at.environment.xsiam.events[0]);
    for (const told of ["kim@example.com", "192.0.2.1", "COLLECTOR", action(1).requestId]) {
      assert.ok(text.includes(told), told);
    }
  });
}
