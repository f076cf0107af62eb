/**
 * The collector's database as a file: copies it while the collector runs, and puts a copy in its place
 * when none does. Deno KV keeps it as an SQLite database.
 */
import { chmod, copyFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import { scriptProblem } from "../cli/failure.ts";

/** Only the owner may read it: it holds events. */
const OWNER_ONLY = 0o600;

/** Pages that are copied in one step, so that the copy is of one moment and never has to start again. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Writes a copy of the database at one moment; processes that write to it are not held up.
 * @throws {AnsweredProblem} when there is no database, or something lies at `to`
 */
export async function backUp(database: string, to: string): Promise<void> {
  await mustBeCollectors(database);
  if (await exists(to)) {
    throw scriptProblem("backup_exists", `${to} exists, and a backup never replaces a file.`);
  }
  const unfinished = `${to}.${crypto.randomUUID()}`;
  await writeFile(unfinished, "", { mode: OWNER_ONLY, flag: "wx" });
  using source = open(database);
  await backup(source, unfinished, { rate: ALL_PAGES });
  await rename(unfinished, to);
}

/**
 * Replaces the database with the copy. The previous one is kept beside it. Returns its path; null if there
 * was none.
 * @throws {AnsweredProblem} when the copy is not whole, or a process has the database open
 */
export async function restore(from: string, database: string): Promise<string | null> {
  await mustBeCollectors(from);
  const unfinished = `${database}.${crypto.randomUUID()}`;
  const aside = `${database}.before-${new Date().toISOString().replaceAll(":", "")}`;
  if (!await exists(database)) {
    await copyTo(from, unfinished);
    await rename(unfinished, database);
    return null;
  }
  using held = open(database);
  holdAlone(held, database);
  await copyTo(from, unfinished);
  await rename(database, aside);
  await rename(unfinished, database);
  return aside;
}

/**
 * Refuses a database that a collector may write to.
 * @throws {AnsweredProblem} when a process has it open
 */
export function mustBeUnused(database: string): void {
  using held = open(database);
  holdAlone(held, database);
}

/** Nobody else can open the database until it is closed, and all of it is in the one file. */
function holdAlone(held: DatabaseSync, database: string): void {
  try {
    held.exec("PRAGMA locking_mode = EXCLUSIVE");
    held.exec("PRAGMA journal_mode = DELETE"); // refused while another process has it open
    held.exec("BEGIN EXCLUSIVE");
  } catch {
    throw scriptProblem("database_in_use", `A process has ${database} open.`);
  }
}

async function copyTo(from: string, path: string): Promise<void> {
  try {
    await copyFile(from, path);
    await chmod(path, OWNER_ONLY);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function mustBeCollectors(path: string): Promise<void> {
  if (!await exists(path)) {
    throw scriptProblem("database_missing", `There is no file ${path}.`);
  }
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const { integrity_check: found } = database.prepare("PRAGMA integrity_check").get()!;
    database.prepare("SELECT count(*) FROM kv").get();
    if (found === "ok") return;
  } catch {
    // told below
  }
  throw scriptProblem("database_unreadable", `${path} is damaged, or not such a database.`);
}

function open(path: string): DatabaseSync & Disposable {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 1000");
  return database;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}
