/** `deno task status`, run as a process: of a state on this machine, and of a Worker. */
import assert from "node:assert/strict";
import { ScriptStage } from "./script_stage.ts";
import { runScript } from "./running_script.ts";

const SCRIPT = "status";

Deno.test("status shows how collecting goes, and changes nothing", async () => {
  await using stage = await ScriptStage.open();
  stage.add(12);
  const place = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", place)).code, 0);
  assert.equal((await stage.run("backfill", [...place, "--from", "9 days"])).code, 0);
  const asked = stage.livePerson.requests.length;

  const { code, stdout, stderr } = await stage.run(SCRIPT, place);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Account 12345678, to 127\.0\.0\.1:\d+\n {2}State +● healthy /);
  assert.match(stdout, /^ {2}Lag +\d+ seconds?$/m);
  assert.match(stdout, /^ {2}Last run .*, ok, 12 events in \d+ ms, by script$/m);
  assert.match(stdout, /^ {2}Last delivery +\d+ \w+ [\d:]+, 12 events$/m);
  assert.match(stdout, /^ {2}In all +1 run \(0 failed\), 24 events delivered \(.*12 backfilled/m);
  assert.match(stdout, /^ {2}Undelivered +none known$/m);
  assert.match(
    stdout,
    /^ {2}Backfill .*: complete since .*, 12 events delivered, 0 not accepted$/m,
  );

  const json = JSON.parse((await stage.run(SCRIPT, [...place, "--json"])).stdout);
  assert.deepEqual([json.account, json.state, json.deadLetters], ["12345678", "healthy", 0]);
  assert.equal(stage.livePerson.requests.length, asked);
});

Deno.test("status shows several accounts as a table, those in need first", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const settings = {
    LIVEPERSON_ACCOUNTS: JSON.stringify([
      {
        LIVEPERSON_ACCOUNT_ID: "second",
        LIVEPERSON_ACCOUNT_NAME: "Acme Travel",
        LIVEPERSON_CLIENT_SECRET: "wr0ng-s3cret",
      },
      { LIVEPERSON_ACCOUNT_ID: "third", MAX_FETCH: "none" },
    ]),
  };
  const place = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", place, settings)).code, 1);
  const { code, stdout } = await stage.run(SCRIPT, place, settings);
  assert.equal(code, 0);
  const lines = stdout.split("\n");
  assert.match(lines[0], /Account +State +Lag +Last run +Delivered +Undelivered/);
  assert.match(lines[1], /^ {2}third +broken/);
  assert.match(lines[2], /^ {2}second +failing/);
  assert.match(lines[3], /^ {2}12345678 +healthy/);
  assert.match(stdout, /2 accounts of 3 need attention\.\n$/);
  const one = await stage.run(SCRIPT, [...place, "--account", "second"], settings);
  assert.match(one.stdout, /^Account Acme Travel \(second\), to/);
  assert.match(one.stdout, /● failing[^]*error: LivePerson refused the client id[^]*What to do/);
  assert.equal((await stage.run(SCRIPT, [...place, "--account", "x"], settings)).code, 2);
});

Deno.test("status of a Worker; --watch shows it again, until Ctrl-C ends it with 0", async () => {
  await using stage = await ScriptStage.open();
  const worker = await stage.startWorker();
  const place = ["--url", worker.url];
  const before = await stage.run(SCRIPT, place);
  assert.equal(before.code, 0);
  assert.match(before.stdout, /● waiting {2}No run has ended yet/);

  stage.add(4);
  await using script = await stage.start(SCRIPT, [...place, "--watch", "--every", "1"]);
  await script.printedLike(/● waiting/);
  assert.equal(await worker.fireCron(), "ok");
  await script.printedLike(/● healthy[^]*4 events in \d+ ms, by cron/);
  script.interrupt();
  const { code, stderr } = await stage.ended(script);
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("status --watch ends when nobody reads it any more, whether it can be shown or not", async () => {
  await using stage = await ScriptStage.open();
  assert.equal((await stage.run("collect", ["--kv-path", stage.kvPath])).code, 0);
  const nowhere = ["--url", "http://127.0.0.1:9", "--json"];
  for (const place of [["--kv-path", stage.kvPath], nowhere]) {
    await using script = await stage.start(SCRIPT, [...place, "--watch", "--every", "1"]);
    await script.printedLike(/\n/);
    script.stopReading();
    assert.equal((await stage.ended(script)).code, 0);
  }
});

Deno.test("status --watch goes on when the Worker can't be asked", async () => {
  await using stage = await ScriptStage.open();
  const args = ["--url", "http://127.0.0.1:9", "--watch", "--every", "1", "--json"];
  await using script = await stage.start(SCRIPT, args);
  await script.printedLike(/worker_unreachable.*\n.*worker_unreachable/);
  script.interrupt();
  assert.equal((await stage.ended(script)).code, 0);
});

Deno.test("status tells what is wrong", async () => {
  await using stage = await ScriptStage.open();
  const cases: [string[], number, RegExp][] = [
    [["--kv-path", `${stage.folder}/none`], 1, /There is no state[^]*What to do/],
    [["--url", "http://127.0.0.1:9"], 1, /The Worker could not be reached/],
    [["--nope"], 2, /unknown option/],
    [["--every", "0"], 2, /whole number/],
    [["--url", "ftp://x"], 2, /--url must begin with https/],
  ];
  for (const [args, expected, shown] of cases) {
    const { code, stdout, stderr } = await stage.run(SCRIPT, args);
    assert.deepEqual([code, stdout], [expected, ""]);
    assert.match(stderr, shown);
  }
  const { code, stderr } = await runScript(
    SCRIPT,
    "--url",
    stage.xsiam.url,
    "--env-file",
    "/dev/null",
  );
  assert.equal(code, 1);
  assert.match(stderr, /API_TOKEN is not set/);
});
