/** `deno task backfill`, run as a process: on a state of its own, and on a Worker. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { DAY_MS } from "../environment.ts";
import { interruptedAtPush } from "./interrupted_at_push.ts";
import { ScriptStage } from "./script_stage.ts";
import { runScript } from "./running_script.ts";

const SCRIPT = "backfill";

async function statusOf(stage: ScriptStage) {
  const { stdout } = await stage.run("status", ["--kv-path", stage.kvPath, "--json"]);
  return JSON.parse(stdout);
}

Deno.test("backfill --dry-run counts by day, pushes nothing and stores nothing", async () => {
  await using stage = await ScriptStage.open();
  const records = stage.add(50, 4);
  const toMs = Date.now() - DAY_MS;
  const expected = records.filter((record) => record.changeTimestampMs < toMs);
  const range = ["--from", "10 days", "--to", new Date(toMs).toISOString()];
  const args = [...range, "--dry-run", "--kv-path", stage.kvPath];
  const { code, stdout } = await stage.run(SCRIPT, [...args, "--json"]);
  const { ok, events, days } = JSON.parse(stdout);
  assert.deepEqual([code, ok, events], [0, true, expected.length]);
  const byDay = Map.groupBy(
    expected,
    (record) => new Date(record.changeTimestampMs).toISOString().slice(0, 10),
  );
  for (const [day, of] of byDay) assert.equal(days[day], of.length, day);
  assert.equal(Object.keys(days).length, byDay.size);

  const shown = await stage.run(SCRIPT, args);
  assert.match(shown.stdout, /^ {2}\d{4}-\d\d-\d\d +\d+ {2}█+$/m);
  assert.match(shown.stdout, new RegExp(`would deliver ${expected.length} events\\. Nothing was`));
  assert.equal(stage.xsiam.requests.length, 0);
  await assert.rejects(stat(stage.kvPath));
});

Deno.test("backfill delivers a range with the same event_ids, and leaves the live cursor", async () => {
  await using stage = await ScriptStage.open();
  stage.add(40);
  const place = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", place)).code, 0);
  const before = await statusOf(stage);

  const { code, stdout } = await stage.run(SCRIPT, [...place, "--from", "9 days"]);
  assert.equal(code, 0);
  assert.match(stdout, /^12345678: the backfill is complete: 40 events delivered/);
  assert.equal(stage.xsiam.ids.size, 40);
  for (const times of stage.xsiam.ids.values()) assert.equal(times, 2);
  const after = await statusOf(stage);
  assert.deepEqual(after.cursor, before.cursor);
  const { totals, history, lastDelivery, ...health } = before.health;
  assert.deepEqual({ ...after.health, totals, history, lastDelivery }, before.health);
  assert.deepEqual(after.health.totals, { ...totals, backfilled: 40 });
  assert.deepEqual(after.health.history.runs, history.runs);
  assert.equal(after.health.history.days.at(-1).events, 80);
  assert.equal(after.health.lastRun.runId, health.lastRun.runId);
  assert.equal(after.backfill.delivered, 40);
});

Deno.test("backfill that is complete, but for events that were refused, says how many, and fails", async () => {
  await using stage = await ScriptStage.open();
  const bad = stage.add(40).slice(10, 13).map((record) => record.changeTimestampMs);
  stage.xsiam.poison = ({ _time }) => bad.includes(Date.parse(String(_time)));
  const args = ["--from", "9 days", "--kv-path", stage.kvPath];
  const { code, stdout, stderr } = await stage.run(SCRIPT, args);
  assert.equal(code, 1);
  assert.equal(stage.xsiam.count, 37);
  assert.match(stdout, /is complete: 37 events delivered, 3 not accepted at first, reached /);
  assert.match(
    stderr,
    /Some events were not accepted[^]* 3 events not accepted\. Undelivered now: 3 refused/,
  );

  const shown = await statusOf(stage);
  assert.match(shown.because, /No run has ended yet\. Not known to be delivered: 3 dead letters\./);
  const again = await stage.run(SCRIPT, [...args, "--json"]);
  const { ok, outcome, problem, backfill } = JSON.parse(again.stdout);
  assert.deepEqual([again.code, ok, outcome, problem.code, backfill.refused], [
    ...[1, false, "complete", "events_refused", 3],
  ]);
  stage.xsiam.poison = undefined;
  await stage.run("dead_letters", ["--redeliver", "--kv-path", stage.kvPath]);
  const last = await stage.run(SCRIPT, args);
  assert.equal(last.code, 0, last.stderr);
});

Deno.test("backfill that is interrupted says how to go on, and goes on there", async () => {
  await using stage = await ScriptStage.open();
  stage.add(500);
  const args = ["--from", "9 days", "--kv-path", stage.kvPath];
  const settings = { MAX_FETCH: "200" };
  const pushed = Promise.withResolvers<void>();
  stage.xsiam.faults.when("push", () => {
    pushed.resolve();
    return { delayMs: 300 }; // the signal comes before the answer
  });
  await using script = await stage.start(SCRIPT, args, settings);
  await pushed.promise;
  script.interrupt();
  const { code, stderr } = await stage.ended(script);
  assert.equal(code, 130, stderr);
  assert.equal(stage.xsiam.count, 200);
  const goOn =
    /To resume:\n {2}deno task backfill (--from \S+ --to \S+ --kv-path \S+) --settings-file/
      .exec(stderr)?.[1].split(" ");
  assert.ok(goOn, stderr);

  const other = await stage.run(SCRIPT, ["--from", "2 days", "--kv-path", stage.kvPath], settings);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /Another backfill is running.*\n.*from 20.*/);
  const cancel = / to cancel it, run: deno task backfill (--cancel --kv-path .*)$/m.exec(
    other.stderr,
  );
  assert.match(cancel?.[1] ?? "", / --account 12345678 --destination xsiam --settings-file \S+$/);

  stage.xsiam.faults.clear();
  const rest = await stage.run(SCRIPT, goOn, settings);
  assert.equal(rest.code, 0, rest.stderr);
  assert.match(rest.stderr, /^Continuing at /);
  assert.match(rest.stdout, /500 events delivered/);
  assert.deepEqual([stage.xsiam.count, stage.xsiam.ids.size], [500, 500]);
});

Deno.test("backfill that is interrupted does not wait long for a service that is silent", async () => {
  await using stage = await ScriptStage.open();
  stage.add(6);
  const args = ["--from", "9 days", "--to", "1 minute", "--kv-path", stage.kvPath];
  const { code, stderr } = await interruptedAtPush(stage, SCRIPT, args);
  assert.equal(code, 130, stderr);
  assert.match(stderr, /had not answered .* What was sent to it may be delivered twice\./);
  assert.match(stderr, /interrupted: 0 events delivered[^]*To resume:/);
  const [, goOn] = /deno task backfill (--from \S+ --to \S+ --kv-path \S+)/.exec(stderr)!;
  const rest = await stage.run(SCRIPT, goOn.split(" "));
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual([stage.xsiam.count, stage.xsiam.ids.size], [6, 6]);
});

Deno.test("backfill --dry-run ends at once when it is interrupted", async () => {
  await using stage = await ScriptStage.open();
  const asked = Promise.withResolvers<void>();
  stage.livePerson.faults.when("audit", () => {
    asked.resolve();
    return { hang: true };
  });
  await using script = await stage.start(SCRIPT, ["--from", "2 days", "--dry-run"]);
  await asked.promise;
  script.interrupt();
  const { code, stdout, stderr } = await stage.ended(script);
  assert.deepEqual([code, stdout], [130, ""]);
  assert.match(stderr, /Interrupted\. Nothing was pushed\.\n$/);
  const audits = stage.livePerson.requests.filter(({ target }) => target === "audit");
  assert.equal(audits.length, 1, "it did not wait for the answer");
});

Deno.test("backfill tells what is wrong, and --cancel gives it up", async (t) => {
  await using stage = await ScriptStage.open();
  stage.add(10);
  const place = ["--kv-path", stage.kvPath];
  const from = ["--from", "9 days"];

  await t.step("XSIAM refuses the key", async () => {
    const wrong = { XSIAM_API_KEY: "wr0ng-k3y" };
    const { code, stderr } = await stage.run(SCRIPT, [...place, ...from], wrong);
    assert.equal(code, 1);
    assert.match(stderr, /XSIAM refused the API key[^]*Then resume: deno task backfill --from 20/);
    assert.ok(!stderr.includes("wr0ng-k3y"));
  });
  await t.step("LivePerson can't be reached", async () => {
    const nowhere = { LIVEPERSON_DOMAIN_API_URL: "http://127.0.0.1:9" };
    const args = [...place, ...from, "--dry-run", "--json"];
    const { code, stdout } = await stage.run(SCRIPT, args, nowhere);
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).problem.code, "upstream_unreachable");
  });
  await t.step("--cancel", async () => {
    assert.equal((await statusOf(stage)).backfill.completedAt, null);
    const cancel = (...more: string[]) => stage.run(SCRIPT, [...place, "--cancel", ...more]);
    const first = await cancel();
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.match(first.stdout, /: the backfill is cancelled\./);
    assert.equal((await statusOf(stage)).backfill, null);
    const again = await cancel();
    assert.deepEqual(
      [again.code, again.stdout],
      [0, "12345678: there is no backfill to cancel.\n"],
    );
    const { ok, cancelled } = JSON.parse((await cancel("--json")).stdout);
    assert.deepEqual([ok, cancelled], [true, 0]);
  });
  await t.step("bad usage", async () => {
    const usages = [
      [],
      ["--from", "soon"],
      ["--from", "1 day", "--to", "2 days"],
      ["--from", "1 day", "--cancel"],
      ["--from", "1 day", "--every", "0"],
    ];
    for (const usage of usages) {
      const { code, stdout, stderr } = await stage.run(SCRIPT, [...usage, ...place]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^error: /);
    }
  });
  await t.step("no settings", async () => {
    const { code } = await runScript(SCRIPT, ...from, ...place, "--env-file", "/dev/null");
    assert.equal(code, 1);
  });
});

Deno.test("backfill on a Worker, beside its cron", async (t) => {
  await using stage = await ScriptStage.open();
  stage.add(30);
  const worker = await stage.startWorker();
  const place = ["--url", worker.url, "--every", "1"];

  await t.step("is followed until it is complete", async () => {
    await using script = await stage.start(SCRIPT, [...place, "--from", "9 days", "--json"]);
    const deadlineMs = Date.now() + 30_000;
    const headers = { Authorization: `Bearer ${stage.settings.API_TOKEN}` };
    const begun = async () => (await (await worker.fetch("/status", { headers })).json()).backfill;
    while (await begun() === null) assert.ok(Date.now() < deadlineMs, "it was not begun");
    assert.equal(await worker.fireCron(), "ok");
    const { code, stdout } = await stage.ended(script);
    assert.equal(code, 0);
    const { outcome, backfill } = JSON.parse(stdout);
    assert.deepEqual([outcome, backfill.delivered], ["complete", 30]);
    assert.equal(stage.xsiam.ids.size, 30);
    for (const times of stage.xsiam.ids.values()) assert.equal(times, 2);
  });

  await t.step("--dry-run, --no-wait, Ctrl-C and --cancel", async () => {
    const dry = await stage.run(SCRIPT, [...place, "--from", "9 days", "--dry-run", "--json"]);
    assert.equal(JSON.parse(dry.stdout).events, 30);
    const range = ["--from", "2026-01-01", "--to", "2026-01-02"];
    const begun = await stage.run(SCRIPT, [...place, ...range, "--no-wait"]);
    assert.equal(begun.code, 0);
    assert.match(begun.stdout, /To watch:\n {2}deno task status --watch --url http/);

    await using script = await stage.start(SCRIPT, [...place, ...range]);
    await script.complainedLike(/0% {2}0 events delivered/);
    script.interrupt();
    const { code, stderr } = await stage.ended(script);
    assert.equal(code, 130);
    assert.match(stderr, /The Worker continues it/);
    const cancelled: number[] = [];
    for (const _ of [1, 2]) {
      const { code, stdout } = await stage.run(SCRIPT, [...place, "--cancel", "--json"]);
      assert.equal(code, 0);
      cancelled.push(JSON.parse(stdout).cancelled);
    }
    assert.deepEqual(cancelled, [1, 0]);
  });
});
