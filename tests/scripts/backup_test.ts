/** Backup and restore of the Deno host's database. */
import assert from "node:assert/strict";
import { chown, mkdir, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDenoStage } from "../deno/stage.ts";
import { sqliteFailure } from "../../scripts/backup/sqlite.ts";
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

Deno.test("a damaged database is replaced, with what lies beside it, and is kept; it is not said to be in use", async (t) => {
  await using stage = await openDenoStage();
  stage.addChanges(5);
  const collectors = await stage.open();
  await collectors.ask(collectors.pipelines, "collect", "cron");
  await collectors.close();
  const backup = join(stage.folder, "backup.db");
  const kept = ["--kv-path", stage.kvPath];
  assert.equal((await runScript("backup", ...kept, "--to", backup)).code, 0);
  const damages = {
    "its end is missing": () => truncate(stage.kvPath, 9000),
    "it is something else": () => writeFile(stage.kvPath, "not a database".repeat(1000)),
  };
  for (const [name, damage] of Object.entries(damages)) {
    await t.step(name, async () => {
      await damage();
      await writeFile(`${stage.kvPath}-wal`, "of the damaged one");
      const copied = await runScript("backup", ...kept, "--to", `${backup}.2`);
      assert.equal(copied.code, 1);
      assert.match(copied.stderr, /is damaged, or not a database.*\n.*deno task restore/);
      const exported = await runScript("export", ...kept, "--to", `${backup}.json`);
      assert.match(exported.stderr, /is damaged/);
      const { code, stdout, stderr } = await runScript(
        "restore",
        ...kept,
        "--from",
        backup,
        "--json",
      );
      assert.equal(code, 0, stderr);
      const { replaced } = JSON.parse(stdout);
      assert.ok((await stat(replaced)).size > 0);
      const again = await stage.open();
      const [outcome] = await again.ask(again.pipelines, "collect", "cron");
      await again.close();
      assert.ok(outcome.ok);
      assert.deepEqual([outcome.value.cursor, outcome.value.delivered], ["stored", 0]);
    });
  }
});

Deno.test("what SQLite says of a database: only a lock that is held means that it is in use", () => {
  const failureOf = (errcode?: number) => sqliteFailure(Object.assign(new Error(), { errcode }));
  assert.deepEqual([5, 6, 261].map(failureOf), ["locked", "locked", "locked"]);
  assert.deepEqual([11, 26, 267].map(failureOf), ["damaged", "damaged", "damaged"]);
  assert.deepEqual([8, 14, 1544].map(failureOf), Array(3).fill("not permitted"));
  assert.deepEqual([13, 1, undefined].map(failureOf), ["no space", null, null]);
});

Deno.test("a path that can't be used is told, with what it takes, and is no unexpected error", async () => {
  await using stage = await openDenoStage();
  await (await stage.open()).close();
  const backup = join(stage.folder, "backup.db");
  const database = ["--kv-path", stage.kvPath];
  assert.equal((await runScript("backup", ...database, "--to", backup)).code, 0);
  await mkdir(join(stage.folder, "folder"));
  const [none, folder] = ["none/a.db", "folder"].map((name) => join(stage.folder, name));
  const pipe = join(stage.folder, "pipe"); // as /dev/null, a restore must not move it aside
  assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
  const cases: [string, string[], string, RegExp][] = [
    ["restore", ["--kv-path", pipe, "--from", backup], "database_unreadable", /not a regular file/],
    ["backup", [...database, "--to", none], "file_unwritable", /there is no folder .*none/],
    ["backup", [...database, "--to", ""], "arguments_invalid", /--to is empty/],
    ["backup", ["--kv-path", "", "--to", none], "arguments_invalid", /--kv-path is empty/],
    ["backup", ["--kv-path", folder, "--to", none], "file_unreadable", /it is a folder/],
    ["restore", ["--kv-path", none, "--from", backup], "file_unwritable", /there is no folder/],
    ["restore", ["--kv-path", folder, "--from", backup], "file_unwritable", /it is a folder/],
    ["restore", [...database, "--from", folder], "file_unreadable", /it is a folder/],
  ];
  for (const [script, args, code, says] of cases) {
    const { stdout } = await runScript(script, ...args, "--json");
    const { problem } = JSON.parse(stdout);
    assert.equal(problem.code, code, stdout);
    assert.match(problem.detail, says);
  }
  assert.deepEqual((await readdir(stage.folder)).sort(), ["backup.db", "data", "folder", "pipe"]);
  assert.ok((await stat(pipe)).isFIFO());
  const left = await readdir(join(stage.folder, "data"));
  assert.ok(left.every((name) => /^collector\.db(-wal|-shm)?$/.test(name)), left.join());
});

Deno.test("a database whose last changes lie beside it is no backup", async () => {
  await using stage = await openDenoStage();
  await (await stage.open()).close();
  await using _ = await heldElsewhere(stage.kvPath);
  await writeFile(`${stage.kvPath}-wal`, "changes");
  const other = join(stage.folder, "other.db");
  const { code, stderr } = await runScript("restore", "--kv-path", other, "--from", stage.kvPath);
  assert.equal(code, 1);
  assert.match(stderr, /is not complete without .*-wal/);
});

Deno.test({
  name: "a database that root restores stays the service's",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using stage = await openDenoStage();
    await (await stage.open()).close();
    const backup = join(stage.folder, "backup.db");
    const kept = ["--kv-path", stage.kvPath];
    assert.equal((await runScript("backup", ...kept, "--to", backup)).code, 0);
    await chown(stage.kvPath, 65534, 65534);
    assert.equal((await runScript("restore", ...kept, "--from", backup)).code, 0);
    const { uid, gid, mode } = await stat(stage.kvPath);
    assert.deepEqual([uid, gid, mode & 0o777], [65534, 65534, 0o600]);
  },
});
