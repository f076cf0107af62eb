/** `deno task get-events`, run as a process between the simulators. */
import assert from "node:assert/strict";
import { format } from "../../scripts/get_events/event_formats.ts";
import picocolors from "picocolors";
import type { EcsEvent } from "../../src/event_formats/ecs.ts";
import type { OcsfEvent } from "../../src/event_formats/ocsf.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import { ACCOUNT } from "../environment.ts";
import { ScriptStage } from "./script_stage.ts";
import { runScript } from "./running_script.ts";

const SCRIPT = "get_events";

Deno.test("get-events shows events in each format, and pushes none", async (t) => {
  await using stage = await ScriptStage.open();
  stage.add(20);

  await t.step(
    "table: what was changed from what to what, no wider than the terminal",
    async () => {
      const { code, stdout, stderr } = await stage.run(SCRIPT, ["--format", "table"]);
      assert.deepEqual([code, stderr], [0, ""]);
      const [head, first] = stdout.split("\n");
      assert.match(
        head,
        /Time \(UTC\) +Type +Object +Element +Change +Old +New +By\n?$/,
      );
      assert.match(first, /^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}[A-Z_~]+ /);
      assert.match(stdout, /\n\n20 events\.\n$/);
      for (const line of stdout.split("\n")) assert.ok([...line].length <= 100, line);
    },
  );

  await t.step("json, the default where there is no terminal: as the route answers", async () => {
    const { code, stdout } = await stage.run(SCRIPT, ["--limit", "5"]);
    const { LivePerson: { Event }, count, pushed, more } = JSON.parse(stdout);
    assert.deepEqual([code, Event.length, count, pushed, more], [0, 5, 5, 0, true]);
    assert.equal(Event[0].accountId, ACCOUNT);
    assert.equal((await stage.run(SCRIPT, ["--limit", "5", "--json"])).stdout, stdout);
  });

  await t.step("ndjson: one event a line, and a word on those that are left out", async () => {
    const { code, stdout, stderr } = await stage.run(SCRIPT, [
      "--limit",
      "3",
      "--format",
      "ndjson",
    ]);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([code, events.length], [0, 3]);
    assert.match(stderr, /^There are more events/);
  });

  await t.step("ecs and ocsf: as json, with the events in that format", async () => {
    const { LivePerson: { Event: native } } = JSON.parse((await stage.run(SCRIPT, [])).stdout);
    const ids = native.map((event: AuditEvent) => event.event_id);
    const ecs = await stage.run(SCRIPT, ["--format", "ecs"]);
    const answer = JSON.parse(ecs.stdout);
    assert.deepEqual([ecs.code, answer.count, answer.more], [0, 20, false]);
    assert.deepEqual(answer.LivePerson.Event.map(({ event }: EcsEvent) => event.id), ids);
    const ocsf = await stage.run(SCRIPT, ["--json", "--format", "ocsf"]);
    const { LivePerson: { Event } } = JSON.parse(ocsf.stdout);
    assert.deepEqual(Event.map(({ metadata }: OcsfEvent) => metadata.uid), ids);
  });

  await t.step("csv and markdown", async () => {
    const csv = await stage.run(SCRIPT, ["--format", "csv"]);
    assert.equal(csv.code, 0);
    assert.match(csv.stdout, /^changeDate,accountId,objectType,.*,_time,event_id\r\n/);
    const { LivePerson: { Event } } = JSON.parse((await stage.run(SCRIPT, [])).stdout);
    const columns = csv.stdout.split("\r\n")[0].split(",");
    const fields = new Set<string>(Event.flatMap(Object.keys));
    assert.deepEqual([...fields.difference(new Set(columns))], []);
    const none = await stage.run(SCRIPT, ["--format", "csv", "--start-time", "1 second ago"]);
    assert.deepEqual(none.stdout.split("\r\n"), [columns.join(","), ""]);
    assert.ok(csv.stdout.endsWith("\r\n"));
    const markdown = await stage.run(SCRIPT, ["--format", "markdown"]);
    assert.match(markdown.stdout, /^### LivePerson Events\n\n\| changeDate \|/);
  });

  assert.equal(stage.xsiam.count, 0);
});

Deno.test("get-events pushes when it is asked to", async () => {
  await using stage = await ScriptStage.open();
  stage.add(7);
  const { code, stdout } = await stage.run(SCRIPT, ["--should-push-events", "--format", "table"]);
  assert.equal(code, 0);
  assert.match(stdout, /7 events; 7 pushed\./);
  assert.equal(stage.xsiam.ids.size, 7);
});

Deno.test("get-events reads up to a time, here and on a deployed collector", async () => {
  await using stage = await ScriptStage.open();
  const times = stage.add(40).map(({ changeTimestampMs }) => changeTimestampMs).toSorted();
  const range = [times[10], times[25]].map((timeMs) => new Date(timeMs).toISOString());
  const worker = await stage.startWorker();
  const args = ["--start-time", range[0], "--until", range[1]];
  const here = await stage.run(SCRIPT, args);
  const there = await stage.run(SCRIPT, [...args, "--url", worker.url]);
  assert.deepEqual([here.code, there.code], [0, 0], here.stderr + there.stderr);
  assert.deepEqual(JSON.parse(there.stdout), JSON.parse(here.stdout));
  const { LivePerson: { Event }, more } = JSON.parse(here.stdout);
  assert.deepEqual(Event.map(({ _time }: AuditEvent) => Date.parse(_time)), times.slice(10, 25));
  assert.equal(more, false);

  const pushed = await stage.run(SCRIPT, ["--should-push-events", "--url", worker.url]);
  assert.equal(JSON.parse(pushed.stdout).pushed, 40, pushed.stderr);
  assert.equal(stage.xsiam.ids.size, 40);
  const backwards = await stage.run(SCRIPT, ["--start-time", range[1], "--until", range[0]]);
  assert.equal(backwards.code, 2);
  assert.match(backwards.stderr, /--until must be after --start-time/);
});

Deno.test("get-events reads the account that it is told", async () => {
  await using stage = await ScriptStage.open();
  stage.add(2, 1, "second");
  const list = JSON.stringify([{ LIVEPERSON_ACCOUNT_ID: "second" }]);
  const settings = { LIVEPERSON_ACCOUNTS: list };
  const chosen = await stage.run(SCRIPT, ["--account", "second"], settings);
  assert.equal(JSON.parse(chosen.stdout).count, 2);
  const unclear = await stage.run(SCRIPT, [], settings);
  assert.equal(unclear.code, 2);
  assert.match(unclear.stderr, /There are 2 accounts: select one with --account/);
  const unknown = await stage.run(SCRIPT, ["--account", "third"], settings);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /There is no account "third"\. The accounts are: 12345678, second\./,
  );
});

Deno.test("get-events tells what is wrong, and what to do", async (t) => {
  await using stage = await ScriptStage.open();

  await t.step("no settings", async () => {
    const { code, stdout, stderr } = await runScript(SCRIPT, "--env-file", "/dev/null");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /LIVEPERSON_ACCOUNT_ID is not set.*\n.*What to do: Set them in the env/);
  });

  await t.step("a wrong secret", async () => {
    const wrong = { LIVEPERSON_CLIENT_SECRET: "wr0ng-s3cret" };
    const { code, stderr } = await stage.run(SCRIPT, [], wrong);
    assert.equal(code, 1);
    assert.match(stderr, /refused the client id and secret/);
    assert.ok(!stderr.includes("wr0ng-s3cret"));
  });

  await t.step("a host that does not answer, for machines", async () => {
    const nowhere = { LIVEPERSON_DOMAIN_API_URL: "http://127.0.0.1:9" };
    const { code, stdout, stderr } = await stage.run(SCRIPT, ["--json"], nowhere);
    assert.deepEqual([code, stderr], [1, ""]);
    const { ok, problem } = JSON.parse(stdout);
    assert.deepEqual([ok, problem.code], [false, "upstream_unreachable"]);
  });

  await t.step("bad arguments", async () => {
    const usages = [
      ["--limit", "0"],
      ["--limit", "many"],
      ["--start-time", "soon"],
      ["--until", "soon"],
      ["--token", "t"],
      ["--format", "xml"],
      ["--should-push-events=perhaps"],
      ["--nope"],
      ["extra"],
    ];
    for (const { code, stdout, stderr } of await Promise.all(usages.map(run))) {
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^error: /);
    }
    function run(usage: string[]) {
      return stage.run(SCRIPT, usage);
    }
  });
});

Deno.test("get-events ends at Ctrl-C with 130", async () => {
  await using stage = await ScriptStage.open();
  const asked = Promise.withResolvers<void>();
  stage.livePerson.faults.when("audit", () => {
    asked.resolve();
    return { hang: true };
  });
  await using script = await stage.start(SCRIPT, []);
  await asked.promise;
  script.interrupt();
  const { code, stderr } = await stage.ended(script);
  assert.deepEqual([code, stderr], [130, "Interrupted.\n"]);
});

Deno.test("a table steers no terminal, and a CSV cell is quoted where it must be", () => {
  const event = {
    changeDate: "2026-11-21T19:04:44.123Z",
    accountId: "1",
    objectType: "SKILL",
    element: "\x1b[31mred\nline",
    changeType: "UPDATE",
    userId: "7",
    changedBy: 'Sam "S", Reed',
    _time: "2026-11-21T19:04:44.123Z",
    event_id: "e-1",
  } as AuditEvent;
  const found = { events: [event], pushed: 0, more: false };
  const changed = { ...event, objectName: "Sales", oldValue: { a: 1 }, newValue: "2" };
  const plain = picocolors.createColors(false);
  const wide = format({ ...found, events: [changed] }, "table", 200, plain, 0);
  assert.match(
    wide,
    /Account +Type +Object +Element +Change +Old +New +User +By/,
  );
  assert.match(wide, / 1 +SKILL +Sales .* UPDATE +\{"a":1\} +2 +7 +Sam/);
  const table = format(found, "table", 80, plain, 0);
  assert.match(table, /2026-11-21 19:04:44 {2}SKILL /);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(table, /\x1b/);
  for (const line of table.split("\n")) assert.ok(line.length <= 80, line);
  const row = format(found, "csv", 60, plain, 0).split("\r\n")[1];
  assert.ok(row.includes('" [31mred\nline",UPDATE'), row);
  assert.ok(row.includes(',"Sam ""S"", Reed",'), row);
  assert.ok(row.endsWith(",2026-11-21T19:04:44.123Z,e-1\r"), row);
});
