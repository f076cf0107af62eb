/** `deno task dead-letters` and `deno task start-over`, run as processes: of a state on this machine, and of a Worker. */
import assert from "node:assert/strict";
import { ACCOUNT, change, tenth } from "../environment.ts";
import { ScriptStage } from "./script_stage.ts";

const SCRIPT = "dead_letters";
const HOSTILE = "Eve\u001b[31m\u202e";

/** Three dead letters for two reasons, at the place that the options name. */
async function refuse(stage: ScriptStage, place: readonly string[]): Promise<void> {
  let atMs = tenth(Date.now() - 60_000);
  let dead = 0;
  const next = () => ({ changeTimestampMs: atMs += 100 });
  const refused = async (status: 400 | 413, names: readonly string[]) => {
    stage.xsiam.poison = ({ objectName }) => names.includes(String(objectName));
    stage.xsiam.poisonStatus = status;
    const fields = { objectType: "User", element: "Name", originator: "Grace Hopper" };
    for (const objectName of names) {
      stage.livePerson.add([change({ ...fields, objectName, newValue: "Berlin", ...next() })]);
    }
    for (const code of [1, 0]) { // of the second run, nothing is refused
      stage.livePerson.add([change(next())]);
      assert.equal((await stage.run("collect", place)).code, code);
    }
    dead += names.length;
    const { stdout } = await stage.run("status", [...place, "--json"]);
    assert.equal(JSON.parse(stdout).deadLetters, dead);
  };
  await refused(400, ["Anna Berg", HOSTILE]);
  await refused(413, ["Dora Feld"]);
}

for (const where of ["a state on this machine", "a Worker"]) {
  Deno.test(`dead letters of ${where} are listed, shown, redelivered and discarded`, async () => {
    await using stage = await ScriptStage.open();
    const place = where === "a Worker"
      ? ["--url", (await stage.startWorker()).url]
      : ["--kv-path", stage.kvPath];
    const run = (...options: string[]) => stage.run(SCRIPT, [...place, ...options]);
    const inJson = async (...options: string[]) => {
      const { code, stdout } = await run(...options, "--json");
      return { code, ...JSON.parse(stdout) };
    };
    await refuse(stage, place);

    const { code, stdout, stderr } = await run();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^12345678: 3 refused events\n/);
    assert.match(stdout, /^2 refused events, answered 400: it calls the content malformed$/m);
    assert.match(stdout, /^1 refused event, answered 413: it calls the content too large$/m);
    assert.match(stdout, /When +Who +What +Object +Size +Event id/);
    assert.match(stdout, /Grace.* UPDATE.* USER: D.* \d{3} bytes +[0-9a-f]{32}-1$/m);
    assert.ok(!["Berlin", "\u001b", "\u202e"].some((text) => stdout.includes(text)));
    assert.match(
      (await stage.run("status", place)).stdout,
      /3: 3 dead letters; see deno task dead-/,
    );

    const all = await inJson();
    assert.deepEqual([all.ok, all.account, all.destination, all.count], [
      true,
      ACCOUNT,
      "xsiam",
      3,
    ]);
    const reasons = all.groups.map(({ letters, dead }: Record<string, number>) => [letters, dead]);
    assert.deepEqual(reasons, [[2, 2], [1, 1]]);
    assert.equal((await inJson("--limit", "2")).letters.length, 2);
    const [{ reason }] = all.groups;
    const ofReason = await inJson("--reason", reason);
    assert.deepEqual(ofReason.letters.map((one: { reason: string }) => one.reason), [
      reason,
      reason,
    ]);

    const idOf = (name: string): string =>
      all.letters.find(({ object }: { object: string }) => object.includes(name)).eventId;
    const shown = (await run("--ids", idOf("Anna"))).stdout;
    assert.match(shown, /Object +USER: Anna Berg\n[^]*"newValue": "Berlin"/);

    const again = await inJson("--redeliver", "--ids", idOf("Dora"));
    assert.deepEqual([again.code, again.ok, again.problem.code, again.refused, again.left], [
      ...[1, false, "letters_refused_again", 1, 3],
    ]);
    stage.xsiam.poison = undefined;
    const delivered = await run("--redeliver", "--ids", idOf("Anna"));
    assert.equal(
      delivered.stdout,
      "12345678: 1 event redelivered, 0 refused again, 2 refused events left.\n",
    );

    const asked = await run("--discard", "--reason", reason);
    assert.equal(asked.code, 2, "nobody is there to be asked");
    assert.match(asked.stderr, /1 refused event, of 12345678, xsiam: is discarded, .* Use --yes/);
    assert.equal((await inJson()).count, 2);
    const group = await inJson("--discard", "--reason", reason, "--yes");
    assert.deepEqual([group.code, group.ok, group.discarded, group.left], [0, true, 1, 1]);
    const rest = await run("--redeliver");
    assert.equal(
      rest.stdout,
      "12345678: 1 event redelivered, 0 refused again, 0 refused events left.\n",
    );
    assert.deepEqual([
      (await inJson("--discard", "--all", "--yes")).discarded,
      (await run()).stdout,
    ], [
      0,
      "12345678: 0 refused events\n",
    ]);
    assert.ok([...stage.xsiam.ids.values()].every((times) => times === 1));
  });
}

Deno.test("a redelivery that fails on the way says how many it delivered, here and on a Worker", async () => {
  for (const isLocal of [true, false]) {
    await using stage = await ScriptStage.open();
    const place = isLocal
      ? ["--kv-path", stage.kvPath]
      : ["--url", (await stage.startWorker()).url];
    await refuse(stage, place);
    stage.xsiam.poison = undefined;
    const breakOff = () =>
      stage.xsiam.faults.when("push", (n) => n >= 1 ? { status: 401 } : undefined);
    breakOff();
    const first = await stage.run(SCRIPT, [...place, "--redeliver"]);
    assert.equal(first.code, 1);
    assert.match(first.stdout, /: 1 event redelivered, 0 refused again, 2 refused events left\./);
    assert.match(first.stderr, /^error: XSIAM refused the API key/);
    breakOff();
    const second = await stage.run(SCRIPT, [...place, "--redeliver", "--json"]);
    const { ok, problem, delivered, left } = JSON.parse(second.stdout);
    assert.deepEqual([second.code, ok, problem.code, delivered, left], [
      ...[1, false, "destination_unauthorized", 1, 1],
    ]);
    stage.xsiam.faults.clear();
    assert.equal((await stage.run(SCRIPT, [...place, "--redeliver"])).code, 0);
    assert.ok([...stage.xsiam.ids.values()].every((times) => times === 1));
  }
});

Deno.test("what is set aside is listed as such, and discarded only after saying so", async () => {
  await using stage = await ScriptStage.open();
  stage.add(2);
  stage.xsiam.poison = () => true;
  const place = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", place)).code, 1);
  const listed = await stage.run(SCRIPT, place);
  assert.match(listed.stdout, /^12345678: 2 refused events, all of them set aside\n/);
  const asked = await stage.run(SCRIPT, [...place, "--discard", "--all"]);
  assert.equal(asked.code, 2);
  assert.match(
    asked.stderr,
    /2 refused events, all of them set aside, of 12345678, xsiam: are disc/,
  );
  const done = await stage.run(SCRIPT, [...place, "--discard", "--all", "--yes"]);
  assert.deepEqual([done.code, done.stdout], [
    0,
    "12345678: 2 events discarded, 0 refused events left.\n",
  ]);
  stage.xsiam.poison = undefined;
  assert.equal((await stage.run("collect", place)).code, 0);
  assert.equal(stage.xsiam.count, 0);
});

Deno.test("dead-letters refuses what isn't clear", async () => {
  await using stage = await ScriptStage.open();
  stage.add(1);
  const place = ["--kv-path", stage.kvPath];
  const missing = await stage.run(SCRIPT, place);
  assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  assert.match(missing.stderr, /There is no state/);
  assert.equal((await stage.run("collect", place)).code, 0);
  const cases: [string[], RegExp][] = [
    [["--discard"], /--discard needs --ids, --reason or --all/],
    [["--discard", "--redeliver", "--all"], /can't be used together/],
    [["--ids", "a b"], /ids of events/],
    [["--ids", "a", "--all"], /one of --ids, --reason and --all/],
    [["--discard", "--ids", "gone", "--yes"], /No refused event is kept with the id gone/],
    [["--ids", "gone"], /No refused event is kept with the id gone/],
    [["--reason", "gone"], /No refused event has the reason "gone"/],
    [["--redeliver", "--reason", "gone"], /No refused event has the reason "gone"/],
    [["--account", "x"], /There is no account "x"/],
  ];
  for (const [options, expected] of cases) {
    const { code, stderr } = await stage.run(SCRIPT, [...place, ...options]);
    assert.equal(code, 2, options.join(" "));
    assert.match(stderr, expected);
  }
});

Deno.test("start-over says what will happen, and does it only if that is confirmed", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const worker = await stage.startWorker();
  for (const place of [["--kv-path", stage.kvPath], ["--url", worker.url]]) {
    const before = stage.xsiam.count;
    const collect = () => stage.run("collect", place);
    assert.equal((await collect()).code, 0);
    const asked = await stage.run("start_over", place);
    assert.equal(asked.code, 2);
    assert.match(
      asked.stderr,
      /Account 12345678, to xsiam, in .*: Everything up to \d+ seconds? ago has been read/,
    );
    assert.match(asked.stderr, /begins at FIRST_FETCH, .* pushed again, .*Use --yes/);
    await collect();
    assert.equal(stage.xsiam.count, before + 3, "nothing is done yet");
    const { code, stdout } = await stage.run("start_over", [...place, "--yes", "--json"]);
    assert.deepEqual([code, JSON.parse(stdout)], [
      0,
      { ok: true, account: ACCOUNT, destination: "xsiam", cursor: null },
    ]);
    await collect();
    assert.equal(stage.xsiam.count, before + 6);
  }
});
