/** An event, field by field: what the Worker makes of a record, in both wire formats. */
import assert from "node:assert/strict";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import { ACCOUNT, change, MINUTE_MS, tenth } from "../environment.ts";
import { type Json, Stage } from "./stage.ts";

const OUTPUTS = [
  "changeDate",
  "accountId",
  "objectType",
  "element",
  "changeType",
  "userId",
  "changedBy",
];

const OBJECT_TYPES = {
  "Users": "USER",
  "Skills": "SKILL",
  "Agent Groups": "AGENT_GROUP",
  "Profiles": "PROFILE",
  "LOBs": "LOB",
  "Campaigns": "CAMPAIGN",
  "Predefined Content": "PREDEFINED_CONTENT",
  "Post conversation survey": "POST_CONVERSATION_SURVEY",
  "Agent conversation survey": "AGENT_CONVERSATION_SURVEY",
  "Content Categories": "CONTENT_CATEGORY",
  "Shift scheduler": "SHIFT_SCHEDULER",
  "Schedule": "SCHEDULE",
  "Special occasions": "SPECIAL_OCCASION",
  "MTLS account mapping": "MTLS_ACCOUNT_MAPPING",
  "MTLS certification": "MTLS_CERTIFICATION",
  "Bot connectors, v2": "BOT_CONNECTORS_V2",
};

const CHANGE_TYPES = {
  "Add new": "CREATE",
  "Edit": "UPDATE",
  "Delete": "DELETE",
  "Bulk import": "BULK_IMPORT",
};

/** Collects the records, and answers the events that XSIAM got, oldest first. */
async function collected(stage: Stage, records: readonly AuditRecord[]): Promise<Json[]> {
  const before = stage.xsiam.count;
  stage.add(records);
  assert.equal((await stage.cron()).invocation, "ok");
  return stage.xsiam.events.slice(before);
}

/** The whole of an event but its id, which is anything; the order of its first and last fields too. */
function assertEvent(event: Json, expected: Json): void {
  const { event_id, ...rest } = event;
  assert.deepEqual(rest, expected);
  assert.match(event_id, /^\S+$/);
  assert.deepEqual(Object.keys(event).slice(0, 7), OUTPUTS);
  assert.deepEqual(Object.keys(event).slice(-2), ["_time", "event_id"]);
}

/** All events as get-events tells them. */
async function told(stage: Stage): Promise<Json[]> {
  const { body } = await stage.get("/get-events?limit=10000");
  return body.LivePerson.Event;
}

Deno.test("a GraphQL record becomes an event", async (t) => {
  await using stage = await Stage.open();
  const changeTimestampMs = tenth(Date.now() - MINUTE_MS);

  await t.step("with the seven outputs in order, then what else is known", async () => {
    const asItIs = {
      element: "Managers",
      objectName: "Nachtschicht",
      actionType: "Add new",
      oldValue: "",
      newValue: "Zoë",
      originatorLoginName: "jo@example.com",
      originatorUserAgent: "Mozilla/5.0",
      originatorAuthType: "SSO",
      originatorIsLpa: true,
    };
    const record = change({
      ...asItIs,
      changeTimestampMs,
      objectType: "Agent Groups",
      originator: "Jo O'Brien",
      originatorUserId: "1834512914",
    });
    const [event] = await collected(stage, [record]);
    const changeDate = new Date(changeTimestampMs).toISOString();
    assertEvent(event, {
      ...asItIs,
      changeDate,
      accountId: ACCOUNT,
      objectType: "AGENT_GROUP",
      changeType: "CREATE",
      userId: "1834512914",
      changedBy: "Jo O'Brien",
      objectTypeLabel: "Agent Groups",
      _time: changeDate,
    });
    assert.match(changeDate, /T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  });

  await t.step(
    "whose object type is the documented label in upper snake case singular",
    async () => {
      const labels = Object.keys(OBJECT_TYPES);
      const events = await collected(stage, labels.map((objectType) => change({ objectType })));
      const types = events.map(({ objectTypeLabel, objectType }) => [objectTypeLabel, objectType]);
      assert.deepEqual(Object.fromEntries(types), OBJECT_TYPES);
    },
  );

  await t.step("whose change type says what was done", async () => {
    const labels = Object.keys(CHANGE_TYPES);
    const events = await collected(stage, labels.map((actionType) => change({ actionType })));
    const types = events.map(({ actionType, changeType }) => [actionType, changeType]);
    assert.deepEqual(Object.fromEntries(types), CHANGE_TYPES);
  });

  await t.step("changed by the originator, else by the login name", async () => {
    const [event] = await collected(stage, [
      change({ originator: "", originatorLoginName: "bot" }),
    ]);
    assert.equal(event.changedBy, "bot");
  });

  await t.step("whose values survive unharmed", async () => {
    const values = [
      'a "quoted" text, back\\slash and / slash',
      "lines\nmore\r\nlines\tand tabs\u2028separated",
      "Zoë, 山田 花子, דנה, Łukasz 🙂 \u{1F469}\u200D\u{1F4BB}",
      '{"json":["in","a","value"]}',
      "</script><b>&amp;",
      "",
      "long ".repeat(20_000),
    ];
    const records = values.map((newValue) => change({ newValue, oldValue: newValue }));
    const events = await collected(stage, records);
    assert.deepEqual(events.map(({ newValue }) => newValue), values);
    assert.deepEqual(events.map(({ oldValue }) => oldValue), values);
  });

  await t.step("the same one, whether the cron or get-events tells it", async () => {
    assert.deepEqual(await told(stage), stage.xsiam.events);
  });
});

Deno.test("a rest record becomes an event", async (t) => {
  await using stage = await Stage.open({ livePerson: { wire: "rest" } });
  const changeTimestampMs = tenth(Date.now() - MINUTE_MS);

  await t.step("and whatever other field it has stays as it is", async () => {
    const extra = {
      siteName: 'Zürich "West"',
      nested: { list: [1, 2.5, null, { deep: true }], text: "a\nb" },
      nothing: null,
      number: 0,
      flag: false,
    };
    const record = change({ changeTimestampMs, objectType: "Agent Groups", extra });
    const [event] = await collected(stage, [record]);
    const changeDate = new Date(changeTimestampMs).toISOString();
    assertEvent(event, {
      changeDate,
      accountId: ACCOUNT,
      objectType: "AGENT_GROUP",
      element: "Enabled",
      changeType: "UPDATE",
      userId: "7",
      changedBy: "sam",
      ...extra,
      objectTypeLabel: "AGENT_GROUP",
      _time: changeDate,
    });
  });

  await t.step("the same one, whether the cron or get-events tells it", async () => {
    assert.deepEqual(await told(stage), stage.xsiam.events);
  });
});

Deno.test("an event id is the same for the same event, and only for it", async (t) => {
  await using stage = await Stage.open();
  const fields = { objectName: "Twin", changeTimestampMs: tenth(Date.now() - MINUTE_MS) };
  const idsOf = (events: Json[]) => events.map(({ event_id }) => event_id);

  await t.step("two identical changes of one second have two", async () => {
    const events = await collected(stage, [change(fields), change(fields)]);
    assert.equal(new Set(idsOf(events)).size, 2);
    const [{ event_id: _one, ...one }, { event_id: _other, ...other }] = events;
    assert.deepEqual(one, other);
  });

  await t.step("a third that comes in a later run has a third", async () => {
    const events = await collected(stage, [change(fields)]);
    assert.equal(events.length, 1);
    assert.equal(stage.xsiam.ids.size, 3);
  });

  await t.step("every field makes a difference", async () => {
    const different: Partial<AuditRecord>[] = [
      {},
      { objectType: "Skills" },
      { objectName: "Other" },
      { actionType: "Delete" },
      { element: "Email" },
      { oldValue: "other" },
      { newValue: "other" },
      { originator: "Other" },
      { originatorLoginName: "other" },
      { originatorUserId: "8" },
      { originatorUserAgent: "other" },
      { originatorAuthType: "Password" },
      { originatorIsLpa: true },
      { changeTimestampMs: fields.changeTimestampMs + 100 },
    ];
    const events = await collected(
      stage,
      different.map((other) => change({ ...fields, objectName: "Original", ...other })),
    );
    assert.equal(new Set(idsOf(events)).size, different.length);
  });

  await t.step("get-events tells the same ones as the cron, in both of two calls", async () => {
    const delivered = [...stage.xsiam.ids.keys()].sort();
    assert.deepEqual(idsOf(await told(stage)).sort(), delivered);
    assert.deepEqual(idsOf(await told(stage)).sort(), delivered);
  });

  await t.step("a collection that starts over tells the same ones again", async () => {
    const delivered = stage.xsiam.count;
    await stage.request("DELETE", `/cursor?confirm=${ACCOUNT}`);
    await stage.cron();
    assert.equal(stage.xsiam.ids.size, delivered);
    assert.ok([...stage.xsiam.ids.values()].every((times) => times === 2));
  });
});

Deno.test("a record whose changeDate can't be read is delivered with the time of collection", async (t) => {
  for (const wire of ["graphql", "rest"] as const) {
    await t.step(wire, async () => {
      await using stage = await Stage.open({ livePerson: { wire } });
      const rawChangeDate = "31/02/2026 teatime";
      const beforeMs = Date.now();
      const events = await collected(stage, [change(), change({ rawChangeDate }), change()]);
      assert.equal(events.length, 3);
      const [first, unreadable, last] = events;
      assert.equal(unreadable.changeDate, rawChangeDate);
      assert.match(unreadable.changeDateError, /changeDate could not be read/);
      const timeMs = Date.parse(unreadable._time);
      assert.ok(timeMs >= beforeMs && timeMs <= Date.now(), unreadable._time);
      assert.ok(!("changeDateError" in first) && !("changeDateError" in last));

      assert.deepEqual((await stage.cron()).report.delivered, 0);
      assert.equal((await told(stage))[1].event_id, unreadable.event_id);
    });
  }
});
