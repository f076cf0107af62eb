/** A pipeline moves away and back: what happened in between without the cursor moving is neither lost nor repeated. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ACCOUNT, changeAt, DAY_MS, MINUTE_MS } from "../environment.ts";
import { RunningHost } from "../deno/running_host.ts";
import { ScriptStage } from "./script_stage.ts";

/** So many changes, a minute apart, up to then. */
function changes(count: number, endMs: number) {
  return Array.from(
    { length: count },
    (_, i) => changeAt(endMs - i * MINUTE_MS, { newValue: `${i}` }),
  );
}

/** Collected at home, with one refused event, and moved away. */
async function movedAway() {
  const stage = await ScriptStage.open();
  stage.livePerson.add(changes(5, Date.now() - DAY_MS));
  stage.xsiam.poison = ({ newValue }) => newValue === "1";
  const place = (name: string) => ["--kv-path", join(stage.folder, `${name}.db`)];
  const [home, away] = [place("home"), place("away")];
  const run = async (script: string, ...args: string[]) => {
    const { code, stdout, stderr } = await stage.run(script, args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  let files = 0;
  const exported = async (from: readonly string[]) => {
    const file = join(stage.folder, `state-${files++}.json`);
    await run("export", ...from, "--to", file);
    return file;
  };
  assert.equal((await stage.run("collect", home)).code, 1, "one is refused");
  assert.equal(stage.xsiam.count, 4);
  await run("import", ...away, "--from", await exported(home));
  return {
    ...{ stage, home, away, run },
    /** Back over what was left at home: refused, until its advice has been followed. */
    async moveBack() {
      const file = await exported(away);
      const refused = await stage.run("import", [...home, "--from", file]);
      assert.equal(refused.code, 1, refused.stdout);
      assert.match(refused.stderr, /There is a cursor already[^]*deno task start-over/);
      await run("start_over", ...home, "--account", ACCOUNT, "--yes");
      assert.match(await run("import", ...home, "--from", file), /Collecting continues/);
      assert.match(await run("import", ...home, "--from", file), /has been imported already/);
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

Deno.test("what a backfill left undelivered elsewhere comes back with the import", async () => {
  await using moved = await movedAway();
  const { stage, home, away, run } = moved;
  stage.livePerson.add(changes(3, Date.now() - 20 * DAY_MS));
  const backfill = ["--from", "22 days", "--to", "19 days"];
  assert.equal((await stage.run("backfill", [...away, ...backfill])).code, 1, "one is refused");
  assert.equal(stage.xsiam.count, 6);

  await moved.moveBack();
  stage.xsiam.poison = undefined;
  await run("dead_letters", ...home, "--redeliver");
  assert.deepEqual([...stage.xsiam.ids.values()], Array(8).fill(1));
});

Deno.test("what was redelivered elsewhere is not delivered again by what was left at home", async () => {
  await using moved = await movedAway();
  const { stage, home, away, run } = moved;
  stage.xsiam.poison = undefined;
  await run("dead_letters", ...away, "--redeliver");
  assert.equal(stage.xsiam.count, 5);
  await moved.moveBack();
  assert.match(await run("dead_letters", ...home), /: 0 refused events/);
  await run("collect", ...home);
  assert.deepEqual([...stage.xsiam.ids.values()], Array(5).fill(1));
});

Deno.test("into a host that collects nothing is imported, even if it has all of it", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const here = ["--kv-path", join(stage.folder, "data", "collector.db")];
  const from = ["--from", join(stage.folder, "state.json")];
  assert.equal((await stage.run("collect", here)).code, 0);
  assert.equal((await stage.run("export", [...here, "--to", from[1]])).code, 0);
  assert.match((await stage.run("import", [...here, ...from])).stdout, /imported already/);
  await using host = await RunningHost.start(stage.folder, stage.settings);
  const url = `http://127.0.0.1:${await host.port()}`;
  const refused = await stage.run("import", ["--url", url, ...from, "--json"]);
  assert.equal(refused.code, 1, refused.stdout);
  assert.equal(JSON.parse(refused.stdout).problem.code, "collection_enabled");
});
