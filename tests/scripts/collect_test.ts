/** `deno task collect`, run as a process: on a state of its own, and on a Worker. */
import assert from "node:assert/strict";
import { interruptedAtPush } from "./interrupted_at_push.ts";
import { ScriptStage } from "./script_stage.ts";
import { runScript } from "./running_script.ts";

const SCRIPT = "collect";

/** Each event came exactly once. */
function assertOnce({ xsiam }: ScriptStage, events: number): void {
  assert.deepEqual([xsiam.count, xsiam.ids.size], [events, events]);
}

Deno.test("collect goes on until there is no more, and the next one finds nothing new", async () => {
  await using stage = await ScriptStage.open();
  stage.add(700);
  const place = ["--kv-path", stage.kvPath];
  const first = await stage.run(SCRIPT, place, { MAX_FETCH: "200" });
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /^12345678: delivered 700 events.* in 4 runs\. There are no more\.\n$/,
  );
  assert.match(first.stderr, /^\d+% {2}200 events delivered in 1 run$/m);
  assertOnce(stage, 700);

  const second = await stage.run(SCRIPT, [...place, "--json"]);
  assert.deepEqual([second.code, second.stderr], [0, ""]);
  const { account, outcome, delivered, runs } = JSON.parse(second.stdout);
  assert.deepEqual([account, outcome, delivered, runs], ["12345678", "complete", 0, 1]);
});

Deno.test("collect fails if events were refused and are still undelivered, and says how many", async () => {
  await using stage = await ScriptStage.open();
  const bad = stage.add(40).slice(10, 13).map((record) => record.changeTimestampMs);
  stage.xsiam.poison = ({ _time }) => bad.includes(Date.parse(String(_time)));
  const place = ["--kv-path", stage.kvPath];
  const first = await stage.run(SCRIPT, place);
  assert.equal(first.code, 1);
  assert.match(
    first.stdout,
    /delivered 37 events \(3 not accepted\) in \d+ runs?\. There are no more/,
  );
  assert.match(first.stderr, /Undelivered now: 3 refused events\./);
  const second = await stage.run(SCRIPT, [...place, "--json"]);
  const { ok, refused: more } = JSON.parse(second.stdout);
  assert.deepEqual([second.code, ok, more], [0, true, 0], "it refused no more of them");
});

Deno.test("collect that is interrupted finishes its batch; the next one goes on", async () => {
  await using stage = await ScriptStage.open();
  stage.add(600);
  const place = ["--kv-path", stage.kvPath];
  const pushed = Promise.withResolvers<void>();
  stage.xsiam.faults.when("push", () => {
    pushed.resolve();
    return { delayMs: 300 }; // the signal comes before the answer
  });
  await using script = await stage.start(SCRIPT, place, { MAX_FETCH: "200" });
  await pushed.promise;
  script.interrupt();
  const { code, stderr } = await stage.ended(script);
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Stopping after the current batch/);
  assert.match(stderr, /delivered 200 events.*Interrupted\. What was delivered is committed/);
  assertOnce(stage, 200);

  stage.xsiam.faults.clear();
  assert.equal((await stage.run(SCRIPT, place)).code, 0);
  assertOnce(stage, 600);
});

Deno.test("collect that is interrupted does not wait long for a service that is silent", async (t) => {
  await using stage = await ScriptStage.open();
  stage.add(6);
  const place = ["--kv-path", stage.kvPath];
  for (const json of [[], ["--json"]]) {
    await t.step(json.join() || "in words", async () => {
      const { code, stdout, stderr } = await interruptedAtPush(stage, SCRIPT, [...place, ...json]);
      assert.equal(code, 130, stderr);
      if (json.length === 0) {
        assert.match(stderr, /Stopping after the current batch[^]*had not answered when/);
        assert.match(stderr, /may be delivered twice\. What was delivered is committed/);
      } else {
        const { ok, outcome, problem } = JSON.parse(stdout);
        assert.deepEqual([ok, outcome, problem.code], [false, "interrupted", "run_interrupted"]);
      }
    });
  }
  const status = await stage.run("status", ["--local", ...place, "--json"]);
  const { state, health } = JSON.parse(status.stdout);
  assert.deepEqual([state, health.consecutiveFailures], ["waiting", 0], "it is no failure");
  assert.equal((await stage.run(SCRIPT, place)).code, 0);
  assertOnce(stage, 6);
});

Deno.test("collect collects every account, and a broken one holds up no other", async () => {
  await using stage = await ScriptStage.open();
  stage.add(5);
  stage.add(6, 1, "second");
  const settings = {
    LIVEPERSON_ACCOUNTS: JSON.stringify([
      { LIVEPERSON_ACCOUNT_ID: "second" },
      { LIVEPERSON_ACCOUNT_ID: "third", MAX_FETCH: "none" },
    ]),
  };
  const place = ["--kv-path", stage.kvPath];
  const { code, stdout, stderr } = await stage.run(SCRIPT, place, settings);
  assert.equal(code, 1);
  assert.match(stdout, /12345678: delivered 5 events/);
  assert.match(stdout, /second: delivered 6 events/);
  assert.match(stderr, /Account third: MAX_FETCH must be/);
  const one = await stage.run(SCRIPT, [...place, "--account", "second"], settings);
  assert.deepEqual([one.code, one.stdout.split("\n").length], [0, 2]);
});

Deno.test("collect tells why a run failed", async (t) => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const place = ["--kv-path", stage.kvPath];
  const cases = {
    "a wrong key": [
      { XSIAM_API_KEY: "wr0ng-k3y" },
      /XSIAM refused the API key.*\n.*\n.*What to do/,
    ],
    "an unreachable host": [{ XSIAM_URL: "http://127.0.0.1:9" }, /could not be reached/],
    "a wrong secret": [{ LIVEPERSON_CLIENT_SECRET: "wr0ng-k3y" }, /refused the client id/],
    "no destination": [{ XSIAM_URL: "", XSIAM_API_KEY: "" }, /Set XSIAM_URL and XSIAM_API_KEY/],
  } as const;
  for (const [name, [settings, shown]] of Object.entries(cases)) {
    await t.step(name, async () => {
      const { code, stdout, stderr } = await stage.run(SCRIPT, place, settings);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, shown);
      assert.ok(!stderr.includes("wr0ng-k3y"));
    });
  }
  await t.step("no settings", async () => {
    const args = [...place, "--env-file", "/dev/null"];
    const { code, stderr } = await runScript(SCRIPT, ...args);
    assert.equal(code, 1);
    assert.match(stderr, /LIVEPERSON_ACCOUNT_ID is not set/);
  });
  await t.step("bad usage", async () => {
    const usages = [
      ["--nope"],
      ["--token", "t"],
      ["--url", "http://collector.example.com"],
      ["--url", "https://collector.example.com/status"],
      ["--url", "https://collector.example.com", "--kv-path", "x"],
    ];
    for (const usage of usages) {
      const { code, stderr } = await stage.run(SCRIPT, usage);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^error: /);
    }
  });
});

Deno.test("collect on a Worker", async (t) => {
  await using stage = await ScriptStage.open();
  const worker = await stage.startWorker();
  const place = ["--url", worker.url];

  await t.step("collects there", async () => {
    stage.add(8);
    const { code, stdout } = await stage.run(SCRIPT, place);
    assert.equal(code, 0);
    assert.match(stdout, /^12345678: delivered 8 events/);
    assertOnce(stage, 8);
  });

  await t.step("tells why the Worker's run failed", async () => {
    stage.livePerson.forbidden = true;
    const { code, stderr } = await stage.run(SCRIPT, place);
    stage.livePerson.forbidden = false;
    assert.equal(code, 1);
    assert.match(stderr, /The account may not read the audit trail/);
  });

  await t.step("a wrong token, and none", async () => {
    const wrong = await stage.run(SCRIPT, place, { API_TOKEN: "wr0ng-t0ken" });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /refused the API token[^]*Give the Worker's API_TOKEN/);
    assert.ok(!wrong.stderr.includes("wr0ng-t0ken"));
    const none = await stage.run(SCRIPT, place, { API_TOKEN: undefined });
    assert.equal(none.code, 1);
    assert.match(none.stderr, /API_TOKEN is not set/);
  });

  await t.step("something that is not the collector, and nothing at all", async () => {
    const other = await stage.run(SCRIPT, ["--url", stage.xsiam.url]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /The address is not a collector's/);
    const nothing = await stage.run(SCRIPT, ["--url", "http://127.0.0.1:9", "--json"]);
    assert.equal(nothing.code, 1);
    assert.equal(JSON.parse(nothing.stdout).problem.code, "worker_unreachable");
  });

  await t.step("Ctrl-C leaves the Worker at it", async () => {
    const asked = Promise.withResolvers<void>();
    stage.livePerson.faults.when("audit", () => {
      asked.resolve();
      return { hang: true };
    });
    await using script = await stage.start(SCRIPT, place);
    await asked.promise;
    script.interrupt();
    const { code, stderr } = await stage.ended(script);
    assert.equal(code, 130);
    assert.match(stderr, /The Worker continues on its own\.\n$/);
    stage.livePerson.faults.clear();
  });
});
