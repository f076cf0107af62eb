/**
 * Keeps other users of the machine from the database, which holds events that wait to be delivered, and
 * from the settings file, which holds every secret. Reads and changes the modes and owners of files.
 */
import { dirname } from "node:path";
import type { LogLine } from "../collector/platform.ts";

const ROOT = 0;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** The permissions of others; the group may be the service's own. */
const OTHERS = 0o007;
const GROUP_AND_OTHERS = 0o077;
/** In such a folder nobody can replace the files of another, as in /tmp. */
const STICKY = 0o1000;

/** What SQLite keeps beside a database, and takes for a part of it. It gives them the database's mode. */
export const BESIDE = ["-wal", "-shm", "-journal"];

/**
 * Run before the database is opened: creates it if need be, and lets only its owner read or write it and
 * the files beside it. A new folder is made private too; an existing one may hold other things, and is left
 * unchanged. Returns a warning if others can still read it; otherwise null.
 */
export async function makePrivate(database: string): Promise<LogLine | null> {
  const folder = dirname(database);
  await Deno.mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  await createIfAbsent(database);
  for (const beside of ["", ...BESIDE]) await narrow(`${database}${beside}`);
  const { mode } = await Deno.stat(folder);
  if (mode === null || (mode & STICKY) !== 0 || (mode & GROUP_AND_OTHERS) === 0) return null;
  return {
    level: "warn",
    event: "state_exposed",
    message: `Others may look into the database's folder, ${folder} (mode ${
      octal(mode)
    }): chmod 700 it.`,
  };
}

async function createIfAbsent(database: string): Promise<void> {
  try {
    const options = { createNew: true, append: true, mode: OWNER_ONLY };
    (await Deno.open(database, options)).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    (await Deno.open(database, { append: true })).close(); // refused unless it may be written
    return;
  }
  await giveAway(database, dirname(database));
}

/**
 * What root made for a service that runs as another user is that user's: the owner of `like`. SQLite gives
 * the files beside a database the database's owner.
 */
export async function giveAway(made: string, like: string): Promise<void> {
  const [{ uid: maker }, { uid, gid }] = await Promise.all([Deno.stat(made), Deno.stat(like)]);
  if (maker === ROOT && uid !== null && uid !== ROOT) await Deno.chown(made, uid, gid);
}

async function narrow(path: string): Promise<void> {
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & GROUP_AND_OTHERS) !== 0) await Deno.chmod(path, OWNER_ONLY);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A warning if every user of the machine may read the settings file; null if there is none. */
export function exposedSettings(path: string): LogLine | null {
  let mode: number | null;
  try {
    mode = Deno.statSync(path).mode;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (mode === null || (mode & OTHERS) === 0) return null;
  return {
    level: "warn",
    event: "settings_exposed",
    message: `Every user may read ${path}, with its secrets (mode ${octal(mode)}): chmod 600 it.`,
  };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8);
}
