/** `deno task demo`, run as a process; and its proof, which must be able to fail. */
import assert from "node:assert/strict";
import { KINDS } from "../../src/destinations/catalog.ts";
import { demo } from "../../scripts/demo/demo.ts";
import { compare, holds } from "../../scripts/demo/proof.ts";
import { startStage } from "../../scripts/demo/stage.ts";
import { record } from "../simulators/sample.ts";
import { runCurl } from "../curl.ts";
import { RunningScript, runScript } from "./running_script.ts";

const NEVER_SHOWN = ["demo-secret", "simulated-key"];

Deno.test("the demo shows four runs, the events, the cursor and what to try", async () => {
  const { code, stdout, stderr } = await runScript("demo");
  assert.equal(stderr, "");
  assert.equal(code, 0, stdout);

  const visible = /^ {2}([\d,]+) of the changes are to be collected/m.exec(stdout)?.[1];
  assert.ok(visible, stdout);
  assert.match(stdout, /Worker +http:\/\/127\.0\.0\.1:\d+ /);
  assert.match(stdout, /LivePerson +http:\/\/127\.0\.0\.1:\d+ .*1,300 changes/);
  assert.match(stdout, /Cortex XSIAM +http:\/\/127\.0\.0\.1:\d+ /);
  assert.match(stdout, new RegExp(`delivered ${visible} events in 1 batch, in \\d+ ms`));
  assert.match(stdout, /requests: 1 domain, 1 token, \d+ audit, 1 xsiam/);
  assert.match(stdout, /delivered 5 events \(1 late, 1 twin\)/);
  assert.match(stdout, /delivered 0 events, in \d+ ms\n {2}1 request: 1 audit/);
  assert.match(stdout, /XSIAM is too busy .* delivered 8 events.* 2 xsiam/s);
  assert.equal(stdout.match(/0 missing, 0 repeated, 0 unknown/g)?.length, 4);
  assert.match(stdout, /Time \(UTC\) +Change +Type +Object +Element +Changed by/);
  assert.match(stdout, /The cursor is at .* UTC/);
  assert.match(
    stdout,
    /revision 1, \d+ bytes, in KV as cursor\/12345678\/audit\/xsiam\/127\.0\.0\.1:\d+/,
  );
  assert.match(stdout, /Status page +http:\/\/\S+:\d+\/ +sign in with the token demo-token/);
  assert.match(stdout, /API +http:\/\/\S+:\d+\/docs /);
  assert.match(stdout, /curl -H "Authorization: Bearer demo-token-that-opens-only-demos"/);
  assert.doesNotMatch(stdout, /NOT AS EXPECTED/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(stdout, /\x1b/, "no colours where there is no terminal");
  for (const line of stdout.split("\n")) assert.ok(columns(line) <= 100, line);
  for (const secret of NEVER_SHOWN) assert.ok(!stdout.includes(secret));
});

Deno.test("the demo's --json is one summary that agrees with itself", async () => {
  const { code, stdout, stderr } = await runScript("demo", "--json");
  assert.equal(stderr, "");
  assert.equal(code, 0, stdout);
  assert.equal(stdout.trimEnd().split("\n").length, 1);
  const { ok, problems, scenes } = JSON.parse(stdout);
  assert.deepEqual({ ok, problems }, { ok: true, problems: [] });

  const { opened, first, events, cursor, second, misbehaving, idle } = scenes;
  const [inFirst, inSecond, inTrouble, inIdle] = [first, second, misbehaving, idle]
    .map(({ runs }) => {
      assert.equal(runs.length, 1);
      return runs[0];
    });
  assert.equal(inFirst.report.delivered, opened.visible);
  assert.equal(inSecond.report.delivered, second.added);
  assert.equal(inSecond.proof.inDestination, opened.visible + second.added);
  assert.deepEqual([inSecond.report.lateArrivals, inSecond.report.twins], [1, 1]);
  assert.equal(inTrouble.report.delivered, misbehaving.added);
  assert.deepEqual(inIdle.report.requests, { audit: 1 });
  assert.deepEqual(inIdle.proof, inTrouble.proof);
  assert.equal(events.newest.at(-1).changeDate, cursor.cursor.newest);
  assert.equal(cursor.cursor.revision, inFirst.report.revision);
});

Deno.test("the demo proves for each destination that nothing is lost and nothing comes twice", async () => {
  const { code, stdout, stderr } = await runScript("demo", "--destination", "all");
  assert.equal(stderr, "");
  assert.equal(code, 0, stdout);
  assert.doesNotMatch(stdout, /NOT AS EXPECTED/);
  const row = /^ {2}(ok|!!) {2}(.*\S) +([\d,]+) +(\d+) +([\d,]+) +(\d+) +(\d+) +(\d+)$/gm;
  const rows = [...stdout.matchAll(row)].map(([, mark, name, delivered, requests, , ...proof]) => ({
    ...{ mark, name, delivered, requests, proof },
  }));
  const labels = KINDS.map(({ label }) => label);
  assert.deepEqual(rows.map(({ name }) => name), [labels, labels, labels, labels].flat());
  for (const [index, { mark, proof, delivered, requests }] of rows.entries()) {
    assert.deepEqual([mark, ...proof], ["ok", "0", "0", "0"]);
    const run = Math.floor(index / labels.length);
    if (run === 2) assert.ok(delivered === "8" && Number(requests) >= 3, `${index}`);
    if (run === 3) assert.deepEqual([delivered, requests], ["0", "1"]);
  }
  const doing = stdout.split("trouble on the way\n")[1].split("\n").slice(0, labels.length);
  assert.ok(doing.every((line, index) => line.startsWith(`  ${labels[index]} `)), doing.join("\n"));
  assert.match(stdout, /deno task demo --keep --destination all keeps it running/);
  assert.match(stdout, /should_push_events=true&destination=xsiam"/);
  for (const line of stdout.split("\n")) assert.ok(columns(line) <= 100, line);
});

Deno.test("or for those that are named, without XSIAM", async () => {
  const { code, stdout } = await runScript("demo", "--destination", "s3,hec", "--json");
  assert.equal(code, 0, stdout);
  const { scenes } = JSON.parse(stdout);
  const runs = scenes.misbehaving.runs as { destination: string; report: { problem?: unknown } }[];
  assert.deepEqual(runs.map(({ destination }) => destination), ["hec", "s3"]);
  assert.match(scenes.cursor.cursor.key, /\/audit\/hec\//);
});

Deno.test("the demo's --keep stays up until Ctrl-C", async (t) => {
  await using demo = new RunningScript("demo", ["--keep", "--every", "1"]);
  const [, url] = await demo.printedLike(/Worker +(http:\/\/\S+)/);
  const [tries] = await demo.printedLike(/\nTry it\n[^]*?\nThe cron fires every 1 second\./);

  await t.step("answers as long as it is up", async () => {
    const health = await fetch(`${url}/healthz`);
    assert.equal(health.status, 200);
    assert.equal((await health.json()).status, "up");
    const headers = { Authorization: "Bearer demo-token-that-opens-only-demos" };
    const events = await fetch(`${url}/get-events?limit=2`, { headers });
    assert.equal((await events.json()).count, 2);
  });

  await t.step("answers each curl line as it is printed", tryAll);

  await t.step("tells of each run in a line", async () => {
    await demo.printedLike(/cron: \d+ new events?.*, \d+ requests?, \d+ ms, cursor at revision \d/);
  });

  await t.step("ends at Ctrl-C with 0, and nothing goes on", async () => {
    demo.interrupt();
    const { code, stdout, stderr } = await demo.ended();
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.match(stdout, /Stopped after \d+ more runs?\.\n$/);
    await assert.rejects(fetch(`${url}/healthz`));
  });

  async function tryAll() {
    const commands = tries.replaceAll("\\\n", " ").match(/^ *curl .*$/gm)!;
    assert.equal(commands.length, 7);
    for (const command of commands) {
      assert.ok(command.includes(url), command);
      const { success, printed, said } = await runCurl(command);
      assert.ok(success && printed.length > 0, said);
    }
  }
});

Deno.test("the demo explains itself, and refuses what it does not know with 2", async () => {
  const help = await runScript("demo", "--help");
  assert.equal(help.code, 0);
  for (const option of ["--keep", "--every", "--json", "--destination"]) {
    assert.ok(help.stdout.includes(option));
  }

  const usages = [
    ...[["--nope"], ["extra"], ["--every", "0"]],
    ...[["--destination", "hec,nowhere"], ["--destination", ""]],
  ];
  for (
    const { code, stdout, stderr } of await Promise.all(
      usages.map((u) => runScript("demo", ...u)),
    )
  ) {
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: /);
  }
});

Deno.test("the demo ends with 1 and says so when something is not as expected", async () => {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await demo({ every: 15, destination: ["xsiam"] }, {
    async start(port, chosen) {
      const stage = await startStage(port, chosen);
      stage.destinations.get("xsiam")!.faults.next("push", { status: 401 });
      return stage;
    },
    out: (text) => printed.push(text),
    err: (text) => complaints.push(text),
  });
  assert.equal(code, 1);
  assert.match(printed.join("\n"), /NOT AS EXPECTED .* missing/);
  assert.match(complaints[0], /^The first run failed: /);
});

Deno.test("the demo that keeps running ends when nobody reads it any more", async () => {
  let isRead = true;
  const code = await demo({ every: 1, keep: true, destination: ["xsiam"] }, {
    start: (_port, chosen) => startStage(0, chosen),
    out(text, gone) {
      if (/The cron fires every/.test(text)) isRead = false;
      if (!isRead) gone();
    },
    err: () => {},
  });
  assert.equal(code, 0);
});

Deno.test("the demo's proof finds what is missing, repeated or unknown", () => {
  const event = (id: string, objectName: string) => ({
    _time: new Date(record().changeTimestampMs).toISOString(),
    objectTypeLabel: "Users",
    objectName,
    actionType: "Edit",
    element: "Enabled",
    oldValue: "false",
    newValue: "true",
    userId: "7",
    event_id: id,
  });
  const prove = (records: string[], events: [string, string][]) => {
    const deliveries = new Map<string, number>();
    for (const [id] of events) deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
    return compare(
      records.map((objectName) => record({ objectName })),
      events.map(([id, name]) => event(id, name)),
      deliveries,
    );
  };
  const good = prove(["a", "a", "b"], [["1", "a"], ["2", "a"], ["3", "b"]]);
  assert.deepEqual(good, {
    inLivePerson: 3,
    inDestination: 3,
    missing: 0,
    unknown: 0,
    repeated: 0,
  });
  assert.ok(holds(good));
  const cases = {
    missing: prove(["a", "b"], [["1", "a"]]),
    unknown: prove(["a"], [["1", "a"], ["2", "b"]]),
    repeated: prove(["a", "b"], [["1", "a"], ["1", "b"]]),
  };
  for (const [name, proof] of Object.entries(cases)) {
    assert.equal(proof[name as keyof typeof cases], 1, name);
    assert.ok(!holds(proof));
  }
});

/** Columns on a terminal: East Asian characters take two. */
function columns(line: string): number {
  const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g;
  return [...line].length + (line.match(wide)?.length ?? 0);
}
