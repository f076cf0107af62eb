/**
 * Whether what lies at the database's path may be taken for the collector's own: a mistyped path must change
 * no other file. Opening a database with SQLite may already leave files beside it, so that this only
 * reads the bytes.
 */
import { Buffer } from "node:buffer";

/** https://www.sqlite.org/fileformat.html#the_database_header */
const SQLITE = "SQLite format 3\0";
/** Deno KV's table. Its statement is on the first page, or in the write-ahead log until that is applied. */
const KV_TABLE = "CREATE TABLE kv (";
const ANY_TABLE = "CREATE TABLE";
/** The largest page that SQLite has. */
const READ_BYTES = 65_536;
const GROUP_AND_OTHERS = 0o077;

const ANOTHER = "it is damaged, or not a database of the collector";

/** Why it may not be used; null if it is the collector's, or if there is nothing. */
export async function whyNotOurs(path: string): Promise<string | null> {
  const found = await statIfThere(path);
  if (found === null) return null;
  if (found.isDirectory) return "it is a folder";
  if (!found.isFile) return "it is not a regular file";
  const head = await readHead(path);
  if (head !== "" && !head.startsWith(SQLITE)) return ANOTHER;
  const schema = head +
    (await statIfThere(`${path}-wal`) === null ? "" : await readHead(`${path}-wal`));
  if (schema.includes(KV_TABLE)) return null;
  // another process may be creating it: then it has no table yet, and is its owner's alone
  const isPrivate = ((found.mode ?? 0) & GROUP_AND_OTHERS) === 0;
  return isPrivate && !schema.includes(ANY_TABLE) ? null : ANOTHER;
}

async function statIfThere(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function readHead(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = Buffer.alloc(READ_BYTES);
  let length = 0;
  while (length < READ_BYTES) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return bytes.toString("latin1", 0, length);
}
