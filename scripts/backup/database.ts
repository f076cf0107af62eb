/**
 * The collector's database as a file: copies it while the collector runs, and puts a copy in its place
 * when none does. Deno KV keeps it as an SQLite database.
 */
import { chmod, copyFile, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { BESIDE, giveAway } from "../../src/deno/private_files.ts";
import { scriptProblem } from "../cli/failure.ts";
import { isThere, reading, writing } from "../cli/paths.ts";
import { holdAlone, notPermitted, openDatabase, sqliteFailure } from "./sqlite.ts";

/** Only the owner may read it: it holds events. */
const OWNER_ONLY = 0o600;

/** Pages that are copied in one step, so that the copy is of one moment and never has to start again. */
const ALL_PAGES = 2 ** 31 - 1;

const RESTORE = { action: "Restore a backup: deno task restore --from <file>." };

export interface Restored {
  /** Where the previous database is now; null if there was none. */
  readonly replaced: string | null;
  /** True if that one was damaged and may still be open: then nothing can tell whether a collector runs. */
  readonly mayBeOpen: boolean;
}

/**
 * Writes a copy of the database at one moment; processes that write to it are not held up.
 * @throws {AnsweredProblem} when there is no database, it can't be read, or `to` exists or can't be written
 */
export async function backUp(database: string, to: string): Promise<void> {
  await mustBeFile(database);
  mustBeWhole(database, database, RESTORE);
  if (await isThere(to)) {
    throw scriptProblem("backup_exists", `${to} exists, and a backup never replaces a file.`);
  }
  const unfinished = `${to}.${crypto.randomUUID()}`;
  await writing(to, () => writeFile(unfinished, "", { mode: OWNER_ONLY, flag: "wx" }));
  try {
    using source = openDatabase(database);
    await backup(source, unfinished, { rate: ALL_PAGES });
    await writing(to, () => rename(unfinished, to));
  } catch (error) {
    await rm(unfinished, { force: true });
    if (sqliteFailure(error) !== "no space") throw error;
    throw scriptProblem("file_unwritable", `${to} can't be written: there is no space left.`);
  }
}

/**
 * Replaces the database with the copy. The previous one is kept beside it, also when it is damaged.
 * @throws {AnsweredProblem} when the copy is not whole, a process has the database open, something else than
 * a file is in its place, or the files can't be read or written
 */
export async function restore(from: string, database: string): Promise<Restored> {
  await mustBeFile(from);
  if (await sizeOf(`${from}-wal`) > 0) {
    throw scriptProblem("database_unreadable", `${from} is not complete without ${from}-wal.`, {
      action: "Use a backup that deno task backup made.",
    });
  }
  const existed = await isThere(database);
  const isPerhapsOpen = await isThere(`${database}-shm`);
  using held = existed ? await hold(database) : null;
  const unfinished = `${database}.${crypto.randomUUID()}`;
  try {
    await writing(database, () => copyTo(from, unfinished));
    await giveAway(unfinished, existed ? database : dirname(database));
    mustBeWhole(unfinished, from);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    for (const beside of BESIDE) await rm(`${unfinished}${beside}`, { force: true });
  }
  const aside = `${database}.before-${new Date().toISOString().replaceAll(":", "")}`;
  // of one that is held, all is in the one file; what lies beside another would be taken for the copy's
  for (const beside of ["", ...(held === null ? BESIDE : [])]) {
    if (await isThere(`${database}${beside}`)) {
      await writing(database, () => rename(`${database}${beside}`, `${aside}${beside}`));
    }
  }
  await writing(database, () => rename(unfinished, database));
  const mayBeOpen = existed && held === null && isPerhapsOpen;
  return { replaced: existed ? aside : null, mayBeOpen };
}

/**
 * Refuses a database that a collector may write to.
 * @throws {AnsweredProblem} when a process has it open, or it is damaged or can't be written
 */
export async function mustBeUnused(database: string): Promise<void> {
  using held = await hold(database);
  if (held === null) throw damaged(database, RESTORE);
}

/** Nobody else can open it until it is closed. Null if it is damaged: then it can't be held. */
async function hold(database: string): Promise<DatabaseSync & Disposable | null> {
  const found = await stat(database);
  if (!found.isFile() && !found.isDirectory()) {
    throw scriptProblem("database_unreadable", `${database} is not a regular file.`, {
      action: "Correct --kv-path or DENO_KV_PATH.",
    });
  }
  await writing(database, async () => await (await open(database, "r+")).close());
  const held = openDatabase(database);
  try {
    holdAlone(held);
    return held;
  } catch (error) {
    held.close();
    switch (sqliteFailure(error)) {
      case "damaged":
        return null;
      case "locked":
        throw inUse(database);
      case "not permitted":
        throw notPermitted(database);
      default:
        throw error;
    }
  }
}

async function copyTo(from: string, path: string): Promise<void> {
  await copyFile(from, path);
  await chmod(path, OWNER_ONLY);
}

async function mustBeFile(path: string): Promise<void> {
  if (!await isThere(path)) {
    throw scriptProblem("database_missing", `There is no file ${path}.`);
  }
  await reading(path, async () => {
    await using file = await open(path, "r");
    await file.read({ length: 1 }); // a folder can be opened, too
  });
}

/** `name`: what it is called in the problem. */
function mustBeWhole(path: string, name: string, own: Parameters<typeof damaged>[1] = {}): void {
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const { integrity_check: found } = database.prepare("PRAGMA integrity_check").get()!;
    database.prepare("SELECT count(*) FROM kv").get();
    if (found === "ok") return;
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure === "not permitted") throw notPermitted(name);
    if (failure === "locked") throw inUse(name);
  }
  throw damaged(name, own);
}

function inUse(database: string): Error {
  return scriptProblem("database_in_use", `A process has ${database} open.`);
}

function damaged(name: string, own: { readonly action?: string }): Error {
  return scriptProblem(
    "database_unreadable",
    `${name} is damaged, or not a database of the collector.`,
    own,
  );
}

async function sizeOf(path: string): Promise<number> {
  return await isThere(path) ? (await stat(path)).size : 0;
}
