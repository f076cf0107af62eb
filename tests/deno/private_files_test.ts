/** What other users of the machine may read: neither the database nor what lies beside it. */
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exposedSettings } from "../../src/deno/private_files.ts";
import { RunningHost } from "./running_host.ts";
import { openDenoStage } from "./stage.ts";

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

/** The mode of each file in the database's folder, while the database is open. */
async function modesBeside(database: string): Promise<Map<string, number>> {
  const folder = dirname(database);
  const names = await readdir(folder);
  const modes = names.map(async (name) => [name, await modeOf(join(folder, name))] as const);
  return new Map(await Promise.all(modes));
}

Deno.test("the database, what lies beside it and the folder made for it are their owner's alone", async () => {
  await using stage = await openDenoStage();
  const collectors = await stage.open();
  await collectors.of(collectors.pipelines[0]).collect("cron");
  assert.equal(await modeOf(dirname(stage.kvPath)), 0o700);
  const modes = await modesBeside(stage.kvPath);
  assert.ok(modes.has("collector.db-wal"), [...modes.keys()].join());
  assert.deepEqual(new Set(modes.values()), new Set([0o600]));
  assert.deepEqual(stage.lines.filter(({ event }) => event === "state_exposed"), []);
});

Deno.test("a database that all could read is narrowed, and an open folder told of", async () => {
  await using stage = await openDenoStage();
  await (await stage.open()).close();
  await chmod(stage.kvPath, 0o644);
  await chmod(dirname(stage.kvPath), 0o755);
  await stage.open();
  assert.deepEqual(new Set((await modesBeside(stage.kvPath)).values()), new Set([0o600]));
  assert.equal(await modeOf(dirname(stage.kvPath)), 0o755, "it may hold other things");
  const [{ message }] = stage.lines.filter(({ event }) => event === "state_exposed");
  assert.match(String(message), /mode 755\): chmod 700 it/);
});

Deno.test("a folder like /tmp, where nobody replaces another's files, is no reason to warn", async () => {
  await using stage = await openDenoStage();
  await mkdir(dirname(stage.kvPath));
  await chmod(dirname(stage.kvPath), 0o1777);
  await stage.open();
  assert.deepEqual(stage.lines.filter(({ event }) => event === "state_exposed"), []);
  assert.equal(await modeOf(stage.kvPath), 0o600);
});

Deno.test("settings that all may read are told of when the host starts", async () => {
  await using stage = await openDenoStage();
  const file = join(stage.folder, ".dev.vars");
  await writeFile(file, "MAX_FETCH=7\n");
  for (const [mode, isExposed] of [[0o600, false], [0o640, false], [0o644, true]] as const) {
    await chmod(file, mode);
    assert.equal(exposedSettings(file) !== null, isExposed, mode.toString(8));
  }
  assert.equal(exposedSettings(join(stage.folder, "none")), null);
  await using host = await RunningHost.start(stage.folder, stage.settings);
  await host.fetch("/healthz");
  assert.match(
    host.printed,
    /"event":"settings_exposed","message":"Every user may read \.dev\.vars/,
  );
});
