import assert from "node:assert/strict";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { ACCOUNT, audit, names, postAudit, record, series } from "./sample.ts";

const accounts = [ACCOUNT];

Deno.test("auditData by default: 50 records, newest first, US/Eastern, nobody's but the account's users", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(series(60));
  simulator.add([
    record({ objectName: "by LivePerson", originatorIsLpa: true }),
    record({ objectName: "automatic", automatic: true }),
  ]);
  const { data } = await audit(simulator, "", "objectName changeDate");
  assert.equal(data.auditData.length, 50);
  // 12:59 UTC on the day that the clocks of New York went forward.
  assert.deepEqual(data.auditData[0], { objectName: "59", changeDate: "2024-03-10 08:59:00.0" });
  assert.equal((await names(simulator, "first: 500")).length, 60);
  const all = await names(simulator, "first: 500, lpa: true, automaticUpdates: true");
  assert.equal(all.length, 62);
});

Deno.test("auditData pages by offset and never gives more than 500", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(series(600));
  const query = '{auditData(first: 900, offset: 50, orderBy: ["changeTimestamp"], ' +
    "orderDirection: [ASC]){objectName}}";
  const answer = await postAudit(simulator, { query });
  const rows = (await answer.json()).data.auditData;
  assert.deepEqual([rows.length, rows[0].objectName, rows[499].objectName], [500, "50", "549"]);
  assert.equal(answer.headers.get("x-total-count"), "600");
  const { offset, first, returned, body } = simulator.requests.at(-1)!;
  assert.deepEqual([offset, first, returned], [50, 500, 500]);
  assert.deepEqual(JSON.parse(body), { query });

  simulator.totalCountMeaning = "page";
  const page = await postAudit(simulator, { query: "{auditData(offset: 590){objectName}}" });
  assert.equal(page.headers.get("x-total-count"), "10");
});

Deno.test("auditData filters by days of the asked time zone, both inclusive", async () => {
  await using simulator = await startLivePerson({ accounts });
  const at = (iso: string) => record({ changeTimestampMs: Date.parse(iso), objectName: iso });
  const instants = [
    "2024-03-09T15:00:00Z", // midnight in Tokyo, the 10th begins
    "2024-03-10T04:59:59.900Z", // the last tenth of the 9th in New York
    "2024-03-10T05:00:00Z", // the 10th begins in New York
    "2024-03-11T03:59:59.900Z", // its last tenth: that day has 23 hours
    "2024-03-11T04:00:00Z",
  ];
  simulator.add(instants.map(at));
  const day = 'fromDate: "2024-03-10", toDate: "2024-03-10", orderDirection: [ASC]';
  assert.deepEqual(await names(simulator, day), instants.slice(2, 4));
  assert.deepEqual(await names(simulator, `${day}, timezone: "Asia/Tokyo"`), instants.slice(0, 3));
  assert.deepEqual(await names(simulator, `${day}, timezone: "UTC"`), instants.slice(1, 3));
  const { data } = await audit(simulator, `${day}, timezone: "UTC"`, "changeDate");
  assert.equal(data.auditData[0].changeDate, "2024-03-10 04:59:59.9");
});

Deno.test("auditData refuses what it can't read, with errors that name it", async () => {
  await using simulator = await startLivePerson({ accounts });
  for (
    const [args, fields, complaint] of [
      ['fromDate: "2024-02-30"', "element", /2024-02-30/],
      ['toDate: "10.03.2024"', "element", /10\.03\.2024/],
      ['timezone: "Mars/Base"', "element", /Mars\/Base/],
      ["offset: -1", "element", /offset/],
      ["orderBy: [objectName]", "element", /objectName/],
      ["", "colour", /"colour"/],
      ["until: 5", "element", /"until"/],
      ["", "element,,{", /Syntax Error/],
    ] as const
  ) {
    const { errors, data } = await audit(simulator, args, fields);
    assert.match(errors[0].message, complaint);
    assert.equal(data?.auditData ?? null, null);
  }
});

Deno.test("auditData knows a field or a spelling only where its options say so", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add([record()]);
  const [asEnum, asString] = ["orderDirection: [ASC]", 'orderDirection: ["ASC"]'];
  assert.equal((await names(simulator, asEnum)).length, 1);
  assert.ok((await audit(simulator, asString)).errors);
  simulator.orderDirectionLiteral = "string";
  assert.equal((await names(simulator, asString)).length, 1);
  assert.ok((await audit(simulator, asEnum)).errors);

  assert.equal((await audit(simulator, "", "actionType")).data.auditData[0].actionType, "Edit");
  simulator.knowsActionType = false;
  simulator.graphqlErrorStatus = 400;
  const answer = await postAudit(simulator, { query: "{auditData{actionType}}" });
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /actionType/);
});

Deno.test("auditData filters by user and by component type, and shows an unreadable date as it is", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add([
    record({ objectName: "a", rawChangeDate: "yesterday" }),
    record({ objectName: "b", objectType: "Skills", originatorLoginName: "kim" }),
  ]);
  assert.deepEqual(await names(simulator, 'users: ["kim"]'), ["b"]);
  assert.deepEqual(await names(simulator, 'componentTypes: ["Users"]'), ["a"]);
  const { data } = await audit(simulator, 'users: ["sam"]', "changeDate");
  assert.equal(data.auditData[0].changeDate, "yesterday");
});
