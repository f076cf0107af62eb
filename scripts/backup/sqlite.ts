/** Opens SQLite databases, and says what is wrong when SQLite refuses. Reads and locks files. */
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { scriptProblem } from "../cli/failure.ts";

/** What an error of SQLite means: another process has the lock, or what is wrong with the file. */
export type SqliteFailure = "locked" | "damaged" | "not permitted" | "no space";

/** SQLite's result codes, https://www.sqlite.org/rescode.html: the low byte is the kind. */
const FAILURES: Readonly<Record<number, SqliteFailure>> = {
  3: "not permitted", // SQLITE_PERM
  5: "locked", // SQLITE_BUSY
  6: "locked", // SQLITE_LOCKED
  8: "not permitted", // SQLITE_READONLY
  11: "damaged", // SQLITE_CORRUPT
  13: "no space", // SQLITE_FULL
  14: "not permitted", // SQLITE_CANTOPEN
  26: "damaged", // SQLITE_NOTADB
};

/** Null if it is another error. Pure. */
export function sqliteFailure(error: unknown): SqliteFailure | null {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" ? FAILURES[errcode & 0xff] ?? null : null;
}

/** Waits up to a second for another process. */
export function openDatabase(path: string): DatabaseSync & Disposable {
  const database = new DatabaseSync(path);
  run(database, "PRAGMA busy_timeout = 1000");
  return database;
}

/**
 * Until the database is closed, nobody else can open it, and all of it is in the one file.
 * @throws {Error} of SQLite
 */
export function holdAlone(database: DatabaseSync): void {
  run(database, "PRAGMA locking_mode = EXCLUSIVE");
  run(database, "PRAGMA journal_mode = DELETE"); // refused while another process has it open
  run(database, "BEGIN EXCLUSIVE");
}

/** Unlike `exec`, a statement that fails has SQLite's code in its error. */
function run(database: DatabaseSync, sql: string): void {
  database.prepare(sql).get();
}

/** A problem to show, for a database that can be read and yet not opened. */
export function notPermitted(path: string): Error {
  const folder = dirname(resolve(path));
  return scriptProblem(
    "file_unwritable",
    `${path} can't be opened: this user needs permission to write it and the files beside it, and to ` +
      `create files in the folder ${folder}. SQLite needs that even to read.`,
  );
}
