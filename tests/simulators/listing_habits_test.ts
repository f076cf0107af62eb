import assert from "node:assert/strict";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { ACCOUNT, audit, names, postAudit, record, series } from "./sample.ts";

const accounts = [ACCOUNT];
const ASCENDING = "orderDirection: [ASC]";

/** Records of one time, named "0", "1", … */
function ties(count: number) {
  return Array.from({ length: count }, (_, i) => record({ objectName: String(i) }));
}

Deno.test("records of one time come as they arrived, unless another order is chosen", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(ties(20));
  const list = (offset = 0, first = 20) =>
    names(simulator, `${ASCENDING}, offset: ${offset}, first: ${first}`);
  const arrived = await list();
  assert.deepEqual(await list(), arrived);

  simulator.tieOrder = "by query";
  const whole = await list();
  assert.deepEqual(await list(), whole);
  assert.deepEqual(whole.toSorted(), arrived.toSorted(), "one answer shows each once");
  assert.notDeepEqual([...await list(0, 10), ...await list(10, 10)], whole);

  simulator.tieOrder = "two replicas";
  const [one, two, again] = [await list(), await list(), await list()];
  assert.deepEqual(again, one);
  assert.notDeepEqual(two, one);

  simulator.tieOrder = "by chance";
  const reads = [await list(), await list(), await list()];
  assert.equal(new Set(reads.map(String)).size, 3);
});

Deno.test("whatever the order of ties, times ascend, and a page holds its part of them", async () => {
  await using simulator = await startLivePerson({ accounts, tieOrder: "by query" });
  const later = record().changeTimestampMs + 60_000;
  simulator.add([
    ...ties(3),
    ...["x", "y"].map((objectName) => record({ objectName, changeTimestampMs: later })),
  ]);
  const [one, two] = [await names(simulator, `${ASCENDING}, first: 4`), await names(simulator)];
  assert.deepEqual(one.slice(0, 3).toSorted(), ["0", "1", "2"]);
  assert.ok(["x", "y"].includes(one[3]));
  assert.deepEqual(two.slice(0, 2).toSorted(), ["x", "y"], "newest first");
});

Deno.test("a replica that is behind shows the listing as it was", async () => {
  const nowMs = record().changeTimestampMs + 10 * 60_000;
  await using simulator = await startLivePerson({ accounts, now: () => nowMs });
  simulator.add([
    ...series(11),
    record({ objectName: "late", visibleAtMs: nowMs - 60_000 }),
  ]);
  const behindMs = [5 * 60_000, 0];
  simulator.behindMs = () => behindMs.shift()!;
  assert.deepEqual(await names(simulator, ASCENDING), ["0", "1", "2", "3", "4", "5"]);
  assert.equal((await names(simulator)).length, 12, "another one is not behind");
});

Deno.test("a page has no more records than its cap, and the total may be told all the same", async () => {
  await using simulator = await startLivePerson({ accounts, pageCap: 2 });
  simulator.add(series(5));
  assert.deepEqual(await names(simulator, ASCENDING), ["0", "1"]);
  assert.deepEqual(await names(simulator, `${ASCENDING}, offset: 4`), ["4"]);
  const total = async () => {
    const answer = await postAudit(simulator, { query: "{auditData{objectName}}" });
    await answer.body?.cancel();
    return answer.headers.get("x-total-count");
  };
  assert.equal(await total(), "5");
  simulator.totalCountMeaning = "none";
  assert.equal(await total(), null);
});

Deno.test("from a last offset on nothing is shown, or a page that reaches beyond it fails", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(series(5));
  simulator.lastOffset = { offset: 3, fails: false };
  assert.deepEqual(await names(simulator, ASCENDING), ["0", "1", "2"]);
  assert.deepEqual(await names(simulator, `${ASCENDING}, offset: 3`), []);
  simulator.lastOffset = { offset: 3, fails: true };
  assert.deepEqual(await names(simulator, `${ASCENDING}, first: 3`), ["0", "1", "2"]);
  const failed = await postAudit(simulator, { query: "{auditData(first: 4){objectName}}" });
  await failed.body?.cancel();
  assert.equal(failed.status, 500);
});

Deno.test("the day that fromDate names may begin later or earlier than in the zone asked for", async () => {
  await using simulator = await startLivePerson({ accounts });
  const hours = [0, 4, 6, 23];
  simulator.add(
    hours.map((hour) =>
      record({ changeTimestampMs: Date.UTC(2024, 2, 10, hour), objectName: String(hour) })
    ),
  );
  const from = (day: string) =>
    names(simulator, `${ASCENDING}, timezone: "UTC", fromDate: "${day}"`);
  assert.deepEqual(await from("2024-03-10"), ["0", "4", "6", "23"]);
  simulator.dayStartsHoursLate = 5;
  assert.deepEqual(await from("2024-03-10"), ["6", "23"]);
  simulator.dayStartsHoursLate = -9;
  assert.deepEqual(await from("2024-03-11"), ["23"]);
});

Deno.test("records are shown as they are rendered now", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(series(2));
  simulator.rendering = (shown) => ({ ...shown, originator: "Sam Miller" });
  const { data } = await audit(simulator, ASCENDING, "objectName originator");
  assert.deepEqual(data.auditData[1], { objectName: "1", originator: "Sam Miller" });
  simulator.rendering = undefined;
  assert.deepEqual(await names(simulator, ASCENDING), ["0", "1"]);
});

Deno.test("the rest wire has the same habits", async () => {
  await using simulator = await startLivePerson({ accounts, wire: "rest", pageCap: 2 });
  simulator.add(series(5));
  const ask = async (offset: number) => {
    const body = { fromData: "2024-03-10T00:00:00Z", offset, orderBy: "changeTimestamp:ASC" };
    const answer = await postAudit(simulator, body);
    return { status: answer.status, count: (await answer.json()).data?.length };
  };
  assert.deepEqual(await ask(0), { status: 200, count: 2 });
  simulator.lastOffset = { offset: 1, fails: true };
  assert.deepEqual(await ask(0), { status: 500, count: undefined });
});
