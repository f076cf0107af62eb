/** Backup and restore of the Deno host's database. */
import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDenoStage } from "../deno/stage.ts";
import { runScript } from "./running_script.ts";

/** Deno KV in another process than this one: SQLite tells processes apart, not connections. */
async function heldElsewhere(path: string): Promise<AsyncDisposable> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--unstable-kv"],
      `const kv = await Deno.openKv(${JSON.stringify(path)});
       await kv.get(["any"]);
       console.log("open");
       await Deno.stdin.read(new Uint8Array(1));
       kv.close();`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  await reader.read();
  return {
    async [Symbol.asyncDispose]() {
      await process.stdin.close();
      await reader.cancel();
      await process.status;
    },
  };
}

Deno.test("a backup is made while the collector runs, and what was restored repeats nothing before it", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(5);
  const backup = join(stage.folder, "backup.db");
  const kept = ["--kv-path", stage.kvPath];
  {
    const collectors = await stage.open();
    await collectors.ask(collectors.pipelines, "collect", "cron");
    const { code, stdout, stderr } = await runScript("backup", ...kept, "--to", backup);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is a copy of/);
    assert.equal((await stat(backup)).mode & 0o777, 0o600);
    stage.addChanges(2, "later");
    await collectors.ask(collectors.pipelines, "collect", "cron");
    await collectors.close();
  }
  assert.equal(stage.xsiam.count, 7);
  const { code, stdout, stderr } = await runScript("restore", ...kept, "--from", backup);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /delivered again, with the same event_id/);
  const [, before] = /kept as (.*)\.$/m.exec(stdout)!;
  assert.ok((await stat(before)).size > 0);

  const collectors = await stage.open();
  const [outcome] = await collectors.ask(collectors.pipelines, "collect", "cron");
  assert.ok(outcome.ok);
  assert.deepEqual([outcome.value.cursor, outcome.value.delivered], ["stored", 2]);
  assert.equal(stage.xsiam.deliveries().size, 7);
});

Deno.test("a restore is refused while a process has the database open, and changes nothing", async () => {
  await using stage = await openDenoStage();
  await (await stage.open()).close();
  const backup = join(stage.folder, "backup.db");
  const kept = ["--kv-path", stage.kvPath];
  assert.equal((await runScript("backup", ...kept, "--to", backup)).code, 0);
  {
    await using _ = await heldElsewhere(stage.kvPath);
    const { code, stderr } = await runScript("restore", ...kept, "--from", backup);
    assert.equal(code, 1);
    assert.match(stderr, /The collector is running.*\n.*has .* open.*\n.*Stop the collector/);
  }
  const left = (await readdir(join(stage.folder, "data"))).filter((name) =>
    !/-(wal|shm)$/.test(name)
  );
  assert.deepEqual(left, ["collector.db"]);
  assert.equal((await runScript("restore", ...kept, "--from", backup)).code, 0);
});

Deno.test("what is no whole database is neither backed up nor restored, and nothing is overwritten", async () => {
  await using stage = await openDenoStage();
  await (await stage.open()).close();
  const other = join(stage.folder, "other.db");
  await writeFile(other, "this is not a database, but it is long enough to look at".repeat(100));
  const cases: [string, string[], RegExp][] = [
    ["restore", ["--kv-path", stage.kvPath, "--from", other], /not a complete database/],
    ["restore", ["--kv-path", stage.kvPath, "--from", `${other}.none`], /There is no database/],
    ["backup", ["--kv-path", `${other}.none`, "--to", `${other}.copy`], /There is no database/],
    ["backup", ["--kv-path", stage.kvPath, "--to", other], /The file already exists/],
  ];
  for (const [script, args, says] of cases) {
    const { code, stderr } = await runScript(script, ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
  }
});
