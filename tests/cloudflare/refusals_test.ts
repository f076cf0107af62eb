/**
 * Events that XSIAM refuses, on the real runtime: what it takes is delivered, once; what it refuses is set
 * aside, shown and tried again; and none is given up before XSIAM has taken another one.
 */
import assert from "node:assert/strict";
import { type AuditRecord, generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, change, MINUTE_MS, until } from "../environment.ts";
import { Stage } from "./stage.ts";

/** Changes of the last minutes, in order, of which XSIAM refuses those that are called so. */
function changes(count: number, isPoison: (i: number) => boolean): AuditRecord[] {
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 10 * MINUTE_MS;
  return Array.from({ length: count }, (_, i) => {
    const changeTimestampMs = startMs + i * 1000;
    return change({ changeTimestampMs, element: isPoison(i) ? "Poison" : "Email" });
  });
}

const isPoison = ({ element }: Readonly<Record<string, unknown>>) => element === "Poison";
const isGood = ({ element }: AuditRecord) => element !== "Poison";

/** Collects, whether a run fails or not, until it rests; answers what the failed ones say. */
async function collectPatiently(stage: Stage): Promise<string[]> {
  const codes: string[] = [];
  for (let run = 0; run < 20; run++) {
    const { status, body } = await stage.post("/collect");
    if (status !== 200) codes.push(body.code);
    else if (!body.goesOn) return codes;
  }
  assert.fail("It does not come to rest");
}

Deno.test("six refused events in a row don't stop a collection of one event a run", async () => {
  await using stage = await Stage.open({ settings: { MAX_FETCH: "1" } });
  stage.xsiam.poison = isPoison;
  const all = stage.add(changes(9, (i) => i >= 1 && i <= 6));
  await collectPatiently(stage);
  await until("all good ones", () => stage.xsiam.count === 3);
  stage.assertDelivered(all.filter(isGood));
  await stage.collectAll();
  const { state, undelivered } = await stage.status();
  assert.equal(state, "incomplete");
  assert.equal(undelivered.deadLetters + undelivered.setAside, 6, "none of them is lost");
  assert.ok(undelivered.deadLetters > 0, "what was refused again is a dead letter");

  stage.xsiam.poison = undefined;
  await stage.post("/dead-letters/redeliver");
  await stage.collectAll();
  stage.assertDelivered(all);
  const after = await stage.status();
  assert.deepEqual([after.state, after.undelivered.deadLetters], ["healthy", 0]);
});

Deno.test("a refused event that is alone is set aside, shown, tried again, and given up once another one is taken", async () => {
  await using stage = await Stage.open();
  stage.xsiam.poison = isPoison;
  const [poison] = stage.add([change({ element: "Poison" })]);
  const { report } = await stage.cron();
  assert.equal(report.problem.code, "destination_refuses_everything");
  const { undelivered, state } = await stage.status();
  assert.deepEqual(undelivered, {
    ...{ deadLetters: 0, setAside: 1, gaps: 0, stalledBackfills: 0 },
    total: 1,
  });
  assert.equal(state, "failing");
  const { body: box } = await stage.get("/dead-letters");
  assert.equal(JSON.parse(box.letters[0].json).objectName, poison.objectName);

  const pushes = stage.xsiam.requests.length;
  await stage.cron();
  assert.ok(stage.xsiam.requests.length > pushes, "it is tried again");
  assert.equal((await stage.status()).undelivered.deadLetters, 0, "and not given up");

  const others = stage.addRecent(2);
  const { report: taken } = await stage.cron();
  assert.deepEqual([taken.outcome, taken.delivered, taken.deadLettered], ["ok", 2, 1]);
  stage.assertDelivered(others);
  const after = await stage.status();
  assert.deepEqual(after.undelivered, {
    deadLetters: 1,
    setAside: 0,
    gaps: 0,
    stalledBackfills: 0,
    total: 1,
  });
  assert.equal(after.state, "incomplete");
  assert.equal((await stage.cron()).invocation, "ok", "and no run fails for it any more");
});

Deno.test("a refused event that is alone is delivered as soon as XSIAM takes it", async () => {
  await using stage = await Stage.open();
  stage.xsiam.poison = isPoison;
  const all = stage.add([change({ element: "Poison" })]);
  await stage.cron();
  stage.xsiam.poison = undefined;
  assert.equal((await stage.cron()).report.delivered, 1);
  stage.assertDelivered(all);
  assert.equal((await stage.status()).state, "healthy");
});

Deno.test("when XSIAM refuses everything for a while in the middle of a backlog, nothing is given up or comes twice", async () => {
  await using stage = await Stage.open({ settings: { MAX_FETCH: "200" } });
  const toMs = Date.now() - MINUTE_MS;
  const all = [...stage.add(generateRecords({
    ...{ seed: 11, count: 1000, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: toMs - 60 * MINUTE_MS, toMs },
  }))];
  // refused from the third push on, until it is made good
  let pushes = 0;
  stage.xsiam.faults.when("push", () => {
    pushes++;
    return undefined;
  });
  stage.xsiam.poison = () => pushes > 2;
  const first = await stage.post("/collect");
  assert.equal(first.status, 200);
  await until(
    "a run that fails",
    async () => (await stage.status()).health.consecutiveFailures > 0,
  );
  for (let run = 0; run < 4; run++) {
    all.push(...stage.addRecent(2));
    assert.equal((await stage.post("/collect")).body.code, "destination_refuses_everything");
  }
  const { state, undelivered } = await stage.status();
  assert.equal(state, "failing");
  assert.equal(undelivered.deadLetters, 0, "nothing is given up");

  stage.xsiam.poison = undefined;
  await collectPatiently(stage);
  await until("the end of the backlog", () => stage.xsiam.count >= all.length);
  await stage.collectAll();
  stage.assertDelivered(all);
  const after = await stage.status();
  assert.deepEqual(
    [after.state, after.undelivered],
    ["healthy", { deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 0, total: 0 }],
  );
});

Deno.test("large refused events among others are taken apart over several runs, each of which gets further", async () => {
  await using stage = await Stage.open();
  stage.xsiam.poison = isPoison;
  const padding = "v".repeat(300_000);
  const all = stage.add(
    changes(24, (i) => i >= 6 && i < 14).map((record) => ({ ...record, oldValue: padding })),
  );
  // a run that happens to try nothing but refused ones settles one of them at least
  for (let run = 0; run < 8; run++) await stage.post("/collect");
  stage.assertDelivered(all.filter(isGood));
  assert.deepEqual((await stage.status()).undelivered, {
    deadLetters: 8,
    setAside: 0,
    gaps: 0,
    stalledBackfills: 0,
    total: 8,
  });
});
