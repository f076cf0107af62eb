/** `deno task test-connection`, run as a process between the simulators. */
import assert from "node:assert/strict";
import { ScriptStage } from "./script_stage.ts";
import { runScript } from "./running_script.ts";

const SCRIPT = "test_connection";

Deno.test("test-connection ticks each step with its time, and needs no XSIAM", async () => {
  await using stage = await ScriptStage.open();
  const without = { XSIAM_URL: undefined, XSIAM_API_KEY: undefined };
  const { code, stdout, stderr } = await stage.run(SCRIPT, [], without);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.match(/^ {2}✓ .* \d+ ms$/gm)?.length, 4, stdout);
  const { ok, steps } = JSON.parse((await stage.run(SCRIPT, ["--json"])).stdout);
  assert.ok(ok);
  assert.deepEqual(steps.map((step: { step: string }) => step.step), [
    "configuration",
    "discovery",
    "token",
    "audit",
    "destination",
  ]);
});

Deno.test("test-connection says of XSIAM that it is not tried, and why", async () => {
  await using stage = await ScriptStage.open();
  const { code, stdout } = await stage.run(SCRIPT, []);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /- XSIAM accepts the settings +not tested\n +Why: XSIAM documents no call for the HTTP log collector/,
  );
});

Deno.test("test-connection uses what the state, or the Worker, remembers", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const worker = await stage.startWorker();
  const ways = [["--kv-path", stage.kvPath], ["--url", worker.url]];
  for (const way of ways) {
    await stage.run("collect", way);
    stage.livePerson.faults.always("token", { status: 401 });
    const { code, stdout } = await stage.run(SCRIPT, [...way, "--json"]);
    stage.livePerson.faults.clear();
    const { ok, steps } = JSON.parse(stdout);
    assert.deepEqual([code, ok], [1, false]);
    const outcomes = steps.map((step: { outcome: string }) => step.outcome);
    assert.deepEqual(outcomes, ["ok", "ok", "failed", "ok", "skipped"]);
    assert.match(steps[2].because, /The runs still use an earlier sign-in/);
  }
});

Deno.test("test-connection crosses the step that fails, and says what to do", async (t) => {
  await using stage = await ScriptStage.open();
  const cases = {
    "a wrong secret": {
      settings: { LIVEPERSON_CLIENT_SECRET: "wr0ng-s3cret" },
      shown:
        /✗ LivePerson accepts.*\n.*refused the client id[^]*What to do: Check LIVEPERSON_CLIENT_ID/,
    },
    "an unreachable host": {
      settings: { LIVEPERSON_DOMAIN_API_URL: "http://127.0.0.1:9" },
      shown:
        /✗ The account's hosts are discovered[^]*could not be reached[^]*- LivePerson.*not tested/,
    },
    "a setting that is wrong": {
      settings: { MAX_FETCH: "none" },
      shown: /✗ The settings are valid[^]*MAX_FETCH must be a whole number/,
    },
  };
  for (const [name, { settings, shown }] of Object.entries(cases)) {
    await t.step(name, async () => {
      const { code, stdout, stderr } = await stage.run(SCRIPT, [], settings);
      assert.deepEqual([code, stderr], [1, ""]);
      assert.match(stdout, shown);
      assert.ok(!stdout.includes("wr0ng-s3cret"));
    });
  }
});

Deno.test("test-connection tests every account, or the one that it is told", async () => {
  await using stage = await ScriptStage.open();
  const settings = {
    LIVEPERSON_ACCOUNTS: JSON.stringify([{
      LIVEPERSON_ACCOUNT_ID: "second",
      LIVEPERSON_CLIENT_SECRET: "wr0ng-s3cret",
    }]),
  };
  const all = await stage.run(SCRIPT, ["--json"], settings);
  assert.equal(all.code, 1);
  const { accounts } = JSON.parse(all.stdout);
  assert.deepEqual(
    accounts.map(({ account, ok }: { account: string; ok: boolean }) => [account, ok]),
    [["12345678", true], ["second", false]],
  );
  assert.equal((await stage.run(SCRIPT, ["--account", "12345678"], settings)).code, 0);
});

Deno.test("test-connection without settings, with bad usage, and interrupted", async () => {
  const none = await runScript(SCRIPT, "--env-file", "/dev/null");
  assert.deepEqual([none.code, none.stdout], [1, ""]);
  assert.match(none.stderr, /LIVEPERSON_CLIENT_SECRET is not set/);
  for (const usage of [["--nope"], ["--env-file", "/nowhere/at-all"]]) {
    const { code, stderr } = await runScript(SCRIPT, ...usage);
    assert.equal(code, 2);
    assert.match(stderr, /^error: /);
  }

  await using stage = await ScriptStage.open();
  const asked = Promise.withResolvers<void>();
  stage.livePerson.faults.when("token", () => {
    asked.resolve();
    return { hang: true };
  });
  await using script = await stage.start(SCRIPT, []);
  await asked.promise;
  script.interrupt();
  assert.equal((await stage.ended(script)).code, 130);
});
