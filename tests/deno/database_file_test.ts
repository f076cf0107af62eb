/** A path that is not the database's: whatever lies there stays as it is. */
import assert from "node:assert/strict";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CollectorError } from "../../src/errors.ts";
import { whyNotOurs } from "../../src/deno/database_file.ts";
import { openKv } from "../../src/deno/storage.ts";

const ANOTHER = "it is damaged, or not a database of the collector";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "database-file-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function otherDatabase(path: string, journal: string): void {
  using database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE kvs (a)`);
}

Deno.test("a file that is something else keeps its mode and content, and nothing is left beside it", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    await writeFile(at("notes"), "x\n");
    await writeFile(at("empty"), "");
    otherDatabase(at("other.db"), "DELETE");
    otherDatabase(at("other-wal.db"), "WAL");
    await mkdir(at("folder"));
    const names = await readdir(folder);
    for (const name of names) {
      const path = at(name);
      const isFolder = name === "folder";
      await chmod(path, isFolder ? 0o755 : 0o644);
      const content = isFolder ? "" : await readFile(path, "latin1");
      await assert.rejects(openKv(path, () => {}), (error) => {
        const { code, details } = error as CollectorError;
        const why = isFolder ? "it is a folder" : ANOTHER;
        assert.equal(code, "configuration_invalid");
        assert.equal(details.detail, `DENO_KV_PATH: ${path} can't be opened: ${why}.`);
        return true;
      });
      assert.equal((await stat(path)).mode & 0o777, isFolder ? 0o755 : 0o644, name);
      if (!isFolder) assert.equal(await readFile(path, "latin1"), content, name);
    }
    assert.deepEqual(await readdir(folder), names);
  }));

Deno.test("a device or a pipe is no database, and is not even opened", () =>
  inFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
    for (const path of [pipe, "/dev/null"]) {
      assert.equal(await whyNotOurs(path), "it is not a regular file");
    }
  }));

Deno.test("the collector's database is known in each state in which a process may have left it", () =>
  inFolder(async (folder) => {
    const [path, killed] = [join(folder, "a.db"), join(folder, "killed.db")];
    assert.equal(await whyNotOurs(path), null, "nothing there");
    await writeFile(path, "", { mode: 0o600 });
    assert.equal(await whyNotOurs(path), null, "created, and not opened yet");
    {
      using _kv = await Deno.openKv(path);
      assert.equal(await whyNotOurs(path), null, "all of it in the write-ahead log");
      for (const beside of ["", "-wal"]) await copyFile(path + beside, killed + beside);
    }
    for (const left of [path, killed]) {
      await chmod(left, 0o644);
      assert.equal(await whyNotOurs(left), null);
      (await openKv(left, () => {})).close();
      assert.equal((await stat(left)).mode & 0o777, 0o600);
    }
    await rm(killed);
    await copyFile(path, killed);
    assert.equal(await whyNotOurs(killed), null, "a backup");
  }));
