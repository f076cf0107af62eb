/** The `liveperson-get-events` command by HTTP: its arguments, its answers, and what it leaves alone. */
import assert from "node:assert/strict";
import { change, DAY_MS, HOUR_MS, MINUTE_MS } from "../environment.ts";
import { type Answer, type Json, Stage } from "./stage.ts";

const DAYS = 20;
/** Every two hours, and never on a boundary that a test asks for. */
const STEP_MS = 2 * HOUR_MS;

/** A stage whose audit trail goes back 20 days, and the times of its events, oldest first. */
async function openStage(): Promise<{ stage: Stage; times: number[] }> {
  const stage = await Stage.open();
  const newestMs = Math.floor(Date.now() / 1000) * 1000 - 5 * MINUTE_MS;
  const times = Array.from({ length: DAYS * 12 }, (_, i) => newestMs - i * STEP_MS).reverse();
  stage.add(times.map((changeTimestampMs) => change({ changeTimestampMs })));
  return { stage, times };
}

function timesOf({ body }: Answer): number[] {
  return body.LivePerson.Event.map((event: Json) => Date.parse(event.changeDate));
}

function assertRefused(answer: Answer, detail: RegExp): void {
  assert.equal(answer.status, 400);
  assert.equal(answer.body.code, "arguments_invalid");
  assert.match(answer.body.detail, detail);
}

const since = (startMs: number) => (timeMs: number) => timeMs >= startMs;
const query = (args: Record<string, string>) => `/get-events?${new URLSearchParams(args)}`;

Deno.test("get-events tells", async (t) => {
  const { stage, times } = await openStage();
  await using _ = stage;

  await t.step("50 events of the last 3 days, oldest first, unless asked otherwise", async () => {
    const lastThreeDays = times.filter(since(Date.now() - 3 * DAY_MS));
    stage.add(Array.from({ length: 30 }, () => change()));
    const answer = await stage.get("/get-events");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Content-Type"), "application/json");
    assert.deepEqual(Object.keys(answer.body), ["LivePerson", "count", "pushed", "more"]);
    assert.equal(answer.body.count, 50);
    assert.equal(answer.body.pushed, 0);
    assert.equal(answer.body.more, true);
    assert.equal(answer.body.LivePerson.Event.length, 50);
    assert.deepEqual(timesOf(answer).slice(0, 36), lastThreeDays);
  });

  await t.step("as many as the limit, and whether there are more", async () => {
    const total = times.length + 30;
    const start_time = "1 month";
    for (const limit of [1, total - 1, total, total + 1, 10_000]) {
      const { body } = await stage.get(query({ start_time, limit: String(limit) }));
      assert.equal(body.count, Math.min(limit, total), `limit ${limit}`);
      assert.equal(body.more, limit < total, `limit ${limit}`);
    }
  });

  await t.step("what happened since the start time, in whatever form it is given", async () => {
    const nowMs = Date.now();
    const fourDaysAgo = new Date(nowMs - 4 * DAY_MS).toISOString();
    const day = fourDaysAgo.slice(0, 10);
    const forms: [string, number][] = [
      ["3 days", nowMs - 3 * DAY_MS],
      ["3 DAYS AGO", nowMs - 3 * DAY_MS],
      ["1 day", nowMs - DAY_MS],
      ["90 minutes", nowMs - 90 * MINUTE_MS],
      ["7 hours ago", nowMs - 7 * HOUR_MS],
      ["2 weeks ago", nowMs - 14 * DAY_MS],
      ["1 year", 0],
      [fourDaysAgo, nowMs - 4 * DAY_MS],
      [fourDaysAgo.replace(/\.\d+Z/, "Z"), nowMs - 4 * DAY_MS],
      [day, Date.parse(day)],
      [`${day}T12:00:00`, Date.parse(`${day}T12:00:00Z`)],
      [`${day}T12:00:00+05:30`, Date.parse(`${day}T06:30:00Z`)],
      [`${day}T12:00:00-0800`, Date.parse(`${day}T20:00:00Z`)],
    ];
    for (const [start_time, startMs] of forms) {
      const answer = await stage.get(query({ start_time, limit: "10000" }));
      assert.equal(answer.status, 200, start_time);
      const old = timesOf(answer).filter((timeMs) => timeMs < nowMs - 2 * MINUTE_MS);
      assert.deepEqual(old, times.filter(since(startMs)), start_time);
    }
  });

  await t.step("what happened before the end time, and no more than that", async () => {
    const [start, end] = [times[3], times[9]];
    const [start_time, end_time] = [start, end].map((timeMs) => new Date(timeMs).toISOString());
    const answer = await stage.get(query({ start_time, end_time }));
    assert.deepEqual(timesOf(answer), times.slice(3, 9));
    assert.equal(answer.body.more, false);
    const some = await stage.get(query({ start_time, end_time, limit: "2" }));
    assert.deepEqual([some.body.count, some.body.more], [2, true]);
  });

  await t.step("what happened today, or since yesterday, in UTC", async () => {
    const today = () => Math.floor(Date.now() / DAY_MS) * DAY_MS;
    for (const [start_time, back] of [["today", 0], ["yesterday", 1]] as const) {
      let startMs: number;
      let answer: Answer;
      do { // again if midnight came in between
        startMs = today();
        answer = await stage.get(query({ start_time, limit: "10000" }));
      } while (startMs !== today());
      const found = timesOf(answer).slice(0, -30);
      assert.deepEqual(found, times.filter(since(startMs - back * DAY_MS)), start_time);
    }
  });

  await t.step("the same by GET, by POST with a query, and by POST with a JSON body", async () => {
    const args = { start_time: "2 days", limit: 7 };
    const path = query({ ...args, limit: "7" });
    const { body } = await stage.get(path);
    assert.equal(body.count, 7);
    assert.deepEqual((await stage.post(path)).body, body);
    assert.deepEqual((await stage.post("/get-events", args)).body, body);
    assert.deepEqual(
      (await stage.post("/get-events?limit=7", { start_time: "2 days" })).body,
      body,
    );
  });

  await t.step("a table to read, if Markdown is asked for", async () => {
    stage.add([change({ element: "a | b\n`c` <d>", objectName: "last of all" })]);
    const answer = await stage.get(query({ start_time: "1 hour", limit: "1000" }), {
      Accept: "text/markdown",
    });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("Content-Type")!, /^text\/markdown/);
    const lines = answer.text.split("\n");
    assert.match(lines[0], /LivePerson Events/);
    const heading = lines[2].split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));
    for (const output of ["changeDate", "accountId", "objectType", "element", "userId"]) {
      assert.ok(heading.includes(output), output);
    }
    const row = lines.find((line) => line.includes("last of all"))!;
    assert.match(row, /USER .* a \\\| b \\`c\\` \\<d> .* UPDATE /);
    assert.equal(row.split(/(?<!\\)\|/).length, heading.length + 2);
  });

  await t.step("one event a line, if NDJSON is asked for", async () => {
    const path = query({ start_time: "1 hour", limit: "1000" });
    const { body } = await stage.get(path);
    const answer = await stage.get(path, { Accept: "application/x-ndjson" });
    assert.equal(answer.headers.get("Content-Type"), "application/x-ndjson");
    assert.ok(answer.text.endsWith("\n"));
    const lines = answer.text.trimEnd().split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line)), body.LivePerson.Event);
  });

  await t.step("the format that is asked for, in JSON and one event a line", async () => {
    const args = { start_time: "1 hour", limit: "1000" };
    const { body: { LivePerson: { Event: native } } } = await stage.get(query(args));
    const ids = native.map((event: Json) => event.event_id);
    const ecs = await stage.get(query({ ...args, format: "ecs" }));
    assert.deepEqual(Object.keys(ecs.body), ["LivePerson", "count", "pushed", "more"]);
    assert.deepEqual(ecs.body.LivePerson.Event.map((event: Json) => event.event.id), ids);
    const ocsf = await stage.post("/get-events", { ...args, format: "ocsf" });
    assert.deepEqual(ocsf.body.LivePerson.Event.map((event: Json) => event.metadata.uid), ids);
    const { text } = await stage.get(query({ ...args, format: "ecs" }), {
      Accept: "application/x-ndjson",
    });
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map((event) => event.event.id), ids);
    const table = { Accept: "text/markdown" };
    assert.equal(
      (await stage.get(query({ ...args, format: "ocsf" }), table)).text,
      (await stage.get(query(args), table)).text,
    );
  });

  await t.step("and nothing of it touches the cursor or XSIAM", async () => {
    assert.deepEqual(await stage.stored(), {});
    assert.equal(stage.xsiam.requests.length, 0);
    assert.equal((await stage.status()).health.totals.runs, 0);
  });
});

Deno.test("get-events ends before an answer is too large for a Durable Object, and says there are more", async () => {
  await using stage = await Stage.open();
  const newestMs = Math.floor(Date.now() / 1000) * 1000;
  const times = Array.from({ length: 120 }, (_, i) => newestMs - (120 - i) * 1000);
  const oldValue = "€".repeat(300_000);
  stage.add(times.map((changeTimestampMs) => change({ changeTimestampMs, oldValue })));
  const { status, body } = await stage.get("/get-events?limit=1000");
  assert.equal(status, 200, JSON.stringify(body).slice(0, 500));
  assert.deepEqual([body.count, body.more], [28, true]);
});

Deno.test("get-events pushes", async (t) => {
  await using stage = await Stage.open();
  const all = stage.add(Array.from({ length: 12 }, () => change()));

  await t.step("nothing by GET, which answers 405 and how to do it", async () => {
    const answer = await stage.get("/get-events?should_push_events=true");
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("Allow"), "POST");
    assert.equal(answer.body.code, "method_not_allowed");
    assert.match(answer.body.detail, /should_push_events=true by POST/);
    assert.equal(stage.xsiam.requests.length, 0);
  });

  await t.step("nothing unless asked to", async () => {
    assert.equal((await stage.get("/get-events?should_push_events=false")).body.pushed, 0);
    assert.equal((await stage.post("/get-events")).body.pushed, 0);
    assert.equal(stage.xsiam.requests.length, 0);
  });

  await t.step("what it tells, if a POST asks for it, and moves no cursor", async () => {
    await stage.cron();
    const before = await stage.stored();
    const byQuery = await stage.post("/get-events?should_push_events=true&limit=5");
    assert.deepEqual([byQuery.body.count, byQuery.body.pushed], [5, 5]);
    assert.deepEqual(stage.xsiam.events.slice(all.length), byQuery.body.LivePerson.Event);
    const byBody = await stage.post("/get-events", { should_push_events: true });
    assert.deepEqual([byBody.body.count, byBody.body.pushed], [12, 12]);
    assert.deepEqual(stage.xsiam.events.slice(all.length + 5), byBody.body.LivePerson.Event);
    assert.equal(stage.xsiam.ids.size, all.length);
    assert.deepEqual(await stage.stored(), before);
    assert.equal((await stage.cron()).report.delivered, 0);
  });

  await t.step("in the destination's format, whichever is returned", async () => {
    const before = stage.xsiam.events.length;
    const args = { should_push_events: true, format: "ocsf", limit: 2 };
    const { body } = await stage.post("/get-events", args);
    const returned = body.LivePerson.Event.map((event: Json) => event.metadata.uid);
    const pushed = stage.xsiam.events.slice(before);
    assert.deepEqual(pushed.map((event) => event.event_id), returned);
  });

  await t.step("and says so when XSIAM refuses them", async () => {
    stage.xsiam.apiKey = "another";
    const { status, body } = await stage.post("/get-events?should_push_events=true");
    assert.equal(status, 502);
    assert.equal(body.code, "destination_unauthorized");
    assert.deepEqual(body.upstream, { name: "xsiam", status: 401 });
  });
});

Deno.test("get-events refuses", async (t) => {
  await using stage = await Stage.open();

  const bad: [Record<string, string>, RegExp][] = [
    [{ limit: "0" }, /limit must be a whole number from 1 to 10000/],
    [{ limit: "10001" }, /limit must be/],
    [{ limit: "-1" }, /limit must be/],
    [{ limit: "1.5" }, /limit must be/],
    [{ limit: "abc" }, /limit must be/],
    [{ limit: "" }, /limit must be/],
    [{ start_time: "1 fortnight" }, /start_time must be/],
    [{ start_time: "soon" }, /start_time must be/],
    [{ start_time: "2023-02-30" }, /start_time must be/],
    [{ start_time: "2023-10-25T25:00:00Z" }, /start_time must be/],
    [{ start_time: "1698228000" }, /start_time must be/],
    [{ start_time: "2999-01-01T00:00:00Z" }, /not be in the future/],
    [{ end_time: "soon" }, /end_time must be/],
    [{ end_time: "4 days" }, /end_time must be after start_time/],
    [{ should_push_events: "yes" }, /should_push_events must be true or false/],
    [{ format: "csv" }, /format must be native, ecs or ocsf/],
    [{ limti: "10" }, /"limti".*limit, start_time, end_time, should_push_events, format/],
    [{ LIMIT: "10" }, /"LIMIT"/],
    [{ toString: "1" }, /There is no argument "toString"/],
    [{ limit: "0", start_time: "soon", page: "2" }, /"page".*limit must.*start_time must/],
  ];
  for (const [args, detail] of bad) {
    await t.step(`${new URLSearchParams(args)}`, async () => {
      assertRefused(await stage.get(query(args)), detail);
      assertRefused(await stage.post("/get-events", args), detail);
    });
  }

  await t.step("an argument that is given twice", async () => {
    const detail = /limit is given more than once/;
    assertRefused(await stage.get("/get-events?limit=1&limit=2"), detail);
    assertRefused(await stage.post("/get-events?limit=1", { limit: 2 }), detail);
  });

  await t.step("a body that is no JSON object", async () => {
    for (const body of ["limit=10", "{", "[1]", "10", "null", '"limit"']) {
      const headers = { "Content-Type": "application/json" };
      const answer = await stage.request("POST", "/get-events", { body, headers });
      assertRefused(answer, /The body must be a JSON object/);
    }
  });

  await t.step("a body over 64 KiB, also one that doesn't tell its length", async () => {
    for (const tellsLength of [true, false]) {
      const answer = await stage.postTooMuch("/get-events", { tellsLength });
      assert.equal(answer.status, 413);
      assert.equal(answer.body.code, "body_too_large");
    }
  });

  await t.step("and asks LivePerson nothing then", () => assert.deepEqual(stage.asked(), {}));
});
