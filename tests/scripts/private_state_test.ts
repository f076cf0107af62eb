/** A script pushes from a state of this machine only if that is meant; the settings may name the Worker. */
import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ScriptStage } from "./script_stage.ts";

Deno.test("a script that pushes refuses a private state that nobody has asked for", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const settings = { DENO_KV_PATH: stage.kvPath };
  for (const args of [["collect"], ["backfill", "--from", "9 days"]]) {
    const [script, ...options] = args;
    const { code, stderr } = await stage.run(script, options, settings);
    assert.equal(code, 2);
    assert.match(stderr, /pushes from the state in .*collector\.db/);
    assert.match(stderr, /--url or COLLECTOR_URL for the Worker, or --local/);
  }
  assert.equal(stage.xsiam.count, 0);
  await assert.rejects(stat(stage.kvPath));
  assert.equal((await stage.run("collect", ["--local"], settings)).code, 0);
  assert.equal(stage.xsiam.count, 3);
});

Deno.test("with a Worker's address in the settings, scripts go there, and nothing comes twice", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const worker = await stage.startWorker();
  const settings = { COLLECTOR_URL: worker.url, DENO_KV_PATH: stage.kvPath };
  for (const times of [1, 2]) {
    const { code, stdout } = await stage.run("collect", ["--json"], settings);
    assert.deepEqual([code, JSON.parse(stdout).delivered], [0, times === 1 ? 3 : 0]);
  }
  const { stdout } = await stage.run("status", ["--json"], settings);
  assert.equal(JSON.parse(stdout).health.totals.delivered, 3);
  assert.deepEqual([...stage.xsiam.ids.values()], [1, 1, 1]);
  await assert.rejects(stat(stage.kvPath), "nothing is kept here");

  const both = await stage.run("collect", ["--local", "--url", worker.url], settings);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /--local and --url can't be used together/);
});

Deno.test("an export and an import without a target go to the Worker of the settings, and say so", async () => {
  await using stage = await ScriptStage.open();
  stage.add(3);
  const worker = await stage.startWorker({ FETCH_EVENTS: "false" });
  const settings = { COLLECTOR_URL: worker.url, DENO_KV_PATH: stage.kvPath };
  assert.equal((await stage.run("collect", ["--local"], settings)).code, 0);
  const [local, remote] = ["local.json", "remote.json"].map((name) => join(stage.folder, name));
  const here = await stage.run("export", ["--local", "--to", local], settings);
  assert.match(here.stdout, /rows from .*state\/collector\.db\./);
  const imported = await stage.run("import", ["--from", local], settings);
  assert.equal(imported.code, 0, imported.stderr);
  assert.ok(imported.stdout.includes(`imported into ${worker.url}.`), imported.stdout);
  const there = await stage.run("export", ["--to", remote, "--json"], settings);
  assert.equal(there.code, 0, there.stderr);
  const { from, rows } = JSON.parse(there.stdout);
  assert.equal(from, worker.url);
  assert.ok(rows > 0);
});

Deno.test("a path that names another file is refused by what gave it, and the file stays as it is", async () => {
  await using stage = await ScriptStage.open();
  const path = join(stage.folder, "notes.txt");
  await writeFile(path, "x\n");
  await chmod(path, 0o644);
  const option = ["--kv-path", path];
  const from = ["--to", join(stage.folder, "state.json")];
  for (const [script, ...args] of [["status"], ["collect"], ["export", ...from]]) {
    const { code, stderr } = await stage.run(script, [...option, ...args]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /--kv-path: .*notes\.txt can't be opened: it is damaged, or not a database/,
    );
    assert.doesNotMatch(stderr, /DENO_KV_PATH|settings/);
  }
  const { code, stderr } = await stage.run("status", ["--local"], { DENO_KV_PATH: path });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /DENO_KV_PATH: .*notes\.txt can't be opened: it is damaged, or not a database/,
  );
  assert.equal((await stat(path)).mode & 0o777, 0o644);
  assert.equal(await readFile(path, "utf8"), "x\n");
});
