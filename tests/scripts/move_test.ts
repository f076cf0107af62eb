/** `deno task export` and `import`: from the Deno host to a Worker and back, and nothing comes twice. */
import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ScriptStage } from "./script_stage.ts";

const PAUSED = { FETCH_EVENTS: "false" };

Deno.test("a pipeline moves from Deno to a Worker and back, and each event comes once", async () => {
  await using stage = await ScriptStage.open();
  stage.add(40);
  const here = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", here)).code, 0);
  const worker = await stage.startWorker(PAUSED);
  const file = (name: string) => join(stage.folder, name);

  const exported = await stage.run("export", [...here, "--to", file("out.json")]);
  assert.equal(exported.code, 0, exported.stderr);
  assert.equal((await stat(file("out.json"))).mode & 0o777, 0o600);
  const there = ["--url", worker.url];
  const imported = await stage.run("import", ["--from", file("out.json"), ...there]);
  assert.equal(imported.code, 0, imported.stderr);
  const statusOf = async (place: readonly string[]) =>
    JSON.parse((await stage.run("status", [...place, "--json"])).stdout);
  const [before, after] = [await statusOf(here), await statusOf(there)];
  assert.deepEqual([after.cursor, after.health.totals], [before.cursor, before.health.totals]);
  assert.ok(after.cursor !== null);

  const again = await stage.run("import", ["--from", file("out.json"), ...there]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /has been imported already\.\n0 rows imported/);

  const back = await stage.run("export", [...there, "--to", file("back.json"), "--json"]);
  assert.equal(back.code, 0, back.stderr);
  const elsewhere = ["--kv-path", file("elsewhere.db")];
  assert.equal((await stage.run("import", ["--from", file("back.json"), ...elsewhere])).code, 0);
  stage.add(5, 0.01);
  assert.equal((await stage.run("collect", elsewhere)).code, 0);
  const late = await stage.run("import", ["--from", file("back.json"), ...elsewhere]);
  assert.equal(late.code, 1);
  assert.match(late.stderr, /There is a cursor already/);
  assert.deepEqual(new Set(stage.xsiam.ids.values()), new Set([1]));
  assert.equal(stage.xsiam.ids.size, 45);
});

Deno.test("while a process has the state open, it is neither exported nor replaced", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const here = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", here)).code, 0);
  const file = join(stage.folder, "state.json");
  {
    using _collector = await Deno.openKv(stage.kvPath);
    const refused = await stage.run("export", [...here, "--to", file]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /A process has .* open.\n.*Stop the collector/);
  }
  assert.equal((await stage.run("export", [...here, "--to", file])).code, 0);
  using _collector = await Deno.openKv(stage.kvPath);
  const refused = await stage.run("import", [...here, "--from", file]);
  assert.match(refused.stderr, /A process has .* open/);
});

Deno.test("a Worker that collects is not exported, and what is no export is not imported", async () => {
  await using stage = await ScriptStage.open();
  const worker = await stage.startWorker();
  const file = join(stage.folder, "state.json");
  const refused = await stage.run("export", ["--url", worker.url, "--to", file]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /FETCH_EVENTS to false/);
  await writeFile(file, "{}");
  const wrong = await stage.run("import", ["--from", file, "--kv-path", stage.kvPath]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /is not an export/);
});

Deno.test("a file that can't be written or read is told with its path, and an empty one is bad usage", async () => {
  await using stage = await ScriptStage.open();
  const here = ["--kv-path", stage.kvPath];
  assert.equal((await stage.run("collect", here)).code, 0);
  const none = join(stage.folder, "none", "state.json");
  const cases: [string, string, string, number, RegExp][] = [
    ["export", "--to", none, 1, /none\/state.json can't be written: there is no folder .*none\./],
    ["export", "--to", "", 2, /--to is empty/],
    ["import", "--from", none, 1, /none\/state.json can't be read: there is no such file/],
  ];
  for (const [script, option, path, code, says] of cases) {
    const ended = await stage.run(script, [...here, option, path]);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, says);
  }
});
