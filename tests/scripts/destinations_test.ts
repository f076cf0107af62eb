/** The scripts with two destinations of one account: all of them, or the one of `--destination`. */
import assert from "node:assert/strict";
import { type HecSimulator, startHec } from "../../scripts/simulators/hec.ts";
import { ACCOUNT } from "../environment.ts";
import { ScriptStage } from "./script_stage.ts";

async function openTwo() {
  await using started = new AsyncDisposableStack();
  const splunk: HecSimulator = started.use(await startHec());
  const stage = started.use(await ScriptStage.open());
  const running = started.move();
  return {
    ...{ splunk, stage },
    run: (script: string, ...args: string[]) => stage.run(script, args, splunk.settings),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

Deno.test("with a state on this machine, the scripts tell destinations apart", async (t) => {
  await using two = await openTwo();
  const { stage, splunk, run } = two;
  const place = ["--kv-path", stage.kvPath];
  const hec = [...place, "--destination", "hec"];
  stage.add(6);

  await t.step("collect collects for one, or for each", async () => {
    const one = await run("collect", ...hec, "--json");
    const { destination, delivered } = JSON.parse(one.stdout);
    assert.deepEqual([one.code, destination, delivered], [0, "hec", 6]);
    assert.deepEqual([stage.xsiam.count, splunk.count], [0, 6]);
    const { code, stdout } = await run("collect", ...place);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^${ACCOUNT} to xsiam: delivered 6 events in 1 run`, "m"));
    assert.match(stdout, new RegExp(`^${ACCOUNT} to hec: delivered 0 events in 1 run`, "m"));
  });

  await t.step("status is a table of both, or the page of one", async () => {
    const { stdout } = await run("status", ...place);
    assert.match(stdout, /Account +Destination +State/);
    assert.match(stdout, new RegExp(`${ACCOUNT} +xsiam +healthy`));
    assert.match(stdout, new RegExp(`${ACCOUNT} +hec +healthy`));
    const page = (await run("status", ...hec)).stdout;
    assert.ok(page.startsWith(`Account ${ACCOUNT}, to ${new URL(splunk.url).host}\n`), page);
    const unknown = await run("status", ...place, "--destination", "s3");
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no destination "s3"\. The destinations are: xsiam, hec/);
  });

  await t.step("a failure of one is told as that, and the other is collected", async () => {
    stage.add(2, 1);
    splunk.faults.always("push", { status: 403, body: `{"text":"Invalid token","code":4}` });
    const { code, stdout, stderr } = await run("collect", ...place);
    splunk.faults.clear();
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`^${ACCOUNT} to xsiam: delivered 2 events`, "m"));
    assert.match(stderr, /error: Splunk HEC refused the token/);
    assert.match(stderr, new RegExp(`${ACCOUNT} to hec: delivered 0 events`));
  });

  await t.step("a backfill goes to each, or to one", async () => {
    const both = await run("backfill", ...place, "--from", "4 days", "--json");
    assert.equal(both.code, 0, both.stderr);
    const { ok, accounts } = JSON.parse(both.stdout);
    const ended = accounts.map((one: Record<string, unknown>) => [one.destination, one.outcome]);
    assert.deepEqual([ok, ended], [true, [["xsiam", "complete"], ["hec", "complete"]]]);
    const before = [stage.xsiam.count, splunk.count];
    const one = await run("backfill", ...hec, "--from", "4 days");
    assert.match(one.stdout, new RegExp(`^${ACCOUNT}: the backfill is complete: 8 events`));
    assert.deepEqual([stage.xsiam.count, splunk.count], [before[0], before[1] + 8]);
    assert.equal((await run("backfill", ...place, "--cancel")).code, 0);
  });

  await t.step("test-connection tells of each, or of one", async () => {
    const { stdout } = await run("test_connection", ...place);
    assert.match(stdout, /- XSIAM accepts the settings +not tested/);
    assert.match(stdout, /✓ Splunk HEC accepts the settings/);
    const one = (await run("test_connection", ...hec)).stdout;
    assert.match(one, /✓ Splunk HEC accepts the settings/);
    assert.doesNotMatch(one, /XSIAM/);
  });

  await t.step(
    "get-events reads for the account, and pushes to the one that is named",
    async () => {
      const read = await run("get_events", "--limit", "3", "--json");
      assert.equal(JSON.parse(read.stdout).count, 3);
      const push = ["get_events", "--limit", "1", "--should-push-events"] as const;
      const unnamed = await run(...push);
      assert.equal(unnamed.code, 2);
      assert.match(
        unnamed.stderr,
        /select one with --destination\. The destinations are: xsiam, hec/,
      );
      const before = [stage.xsiam.count, splunk.count];
      assert.equal((await run(...push, "--destination", "hec")).code, 0);
      assert.deepEqual([stage.xsiam.count, splunk.count], [before[0], before[1] + 1]);
    },
  );
});

Deno.test("of a Worker too", async () => {
  await using two = await openTwo();
  const { stage, splunk, run } = two;
  const worker = await stage.startWorker({ ...splunk.settings });
  const place = ["--url", worker.url];
  stage.add(4);
  assert.equal((await run("collect", ...place)).code, 0);
  assert.deepEqual([stage.xsiam.count, splunk.count], [4, 4]);
  assert.match((await run("status", ...place)).stdout, new RegExp(`${ACCOUNT} +hec +healthy`));
  const one = await run("status", ...place, "--destination", "hec", "--json");
  assert.equal(JSON.parse(one.stdout).kind, "hec");

  const begun = await run("backfill", ...place, "--from", "4 days", "--no-wait");
  assert.equal(begun.code, 0, begun.stderr);
  assert.match(begun.stdout, new RegExp(`${ACCOUNT} to hec: the backfill has started`));
  assert.equal(await worker.fireCron(), "ok");
  assert.deepEqual([stage.xsiam.count, splunk.count], [8, 8]);
  assert.match((await run("test_connection", ...place)).stdout, /✓ Splunk HEC accepts/);
});
