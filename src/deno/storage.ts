/** A collector's storage under Deno: a Deno KV database, or memory. Opens the database. */
import { resolve } from "node:path";
import type { LogLine, Platform } from "../collector/platform.ts";
import { CollectorError } from "../errors.ts";
import { whyNotOurs } from "./database_file.ts";
import { fileFailure } from "./file_failure.ts";
import { denoKvStore } from "./kv_store.ts";
import { makePrivate } from "./private_files.ts";
import { memoryStore } from "../storage/memory_store.ts";
import type { Lease } from "./lease.ts";

type Storage = Pick<Platform, "published" | "local" | "exclusively">;

/** The error to throw when the database can't be opened: the path comes from a setting or an option. */
export type Unopened = (path: string, why: string, cause?: unknown) => CollectorError;

export const settingUnopened: Unopened = (path, why, cause) =>
  new CollectorError("configuration_invalid", {
    detail: `DENO_KV_PATH: ${resolve(path)} can't be opened: ${why}.`,
    cause,
  });

/**
 * The database, which other users of the machine can't read. A file that is something else stays as it is.
 * @throws {CollectorError} what `unopened` returns; by default `configuration_invalid`
 */
export async function openKv(
  path: string,
  log: (line: LogLine) => void,
  unopened: Unopened = settingUnopened,
): Promise<Deno.Kv> {
  if (path !== ":memory:") await mustBeOurs(path, unopened);
  try {
    const warning = path === ":memory:" ? null : await makePrivate(path);
    if (warning !== null) log(warning);
    return await Deno.openKv(path);
  } catch (cause) {
    throw unopened(path, whyUnopened(cause, path), cause);
  }
}

/**
 * Refuses what is not a database of the collector, and changes nothing. There may be nothing at all.
 * @throws {CollectorError} what `unopened` returns
 */
export async function mustBeOurs(path: string, unopened: Unopened): Promise<void> {
  let why: string | null;
  try {
    why = await whyNotOurs(path);
  } catch (cause) {
    throw unopened(path, whyUnopened(cause, path), cause);
  }
  if (why !== null) throw unopened(path, why);
}

function whyUnopened(cause: unknown, path: string): string {
  if (cause instanceof Deno.errors.NotCapable) {
    return "Deno has no permission to read and write it: add its folder to --allow-read and " +
      "--allow-write in the start task";
  }
  // otherwise in SQLite's words, which are constants
  return fileFailure(cause, path, "written") ?? (cause as Error).message;
}

/** In memory: nothing outlives the process, and no other process shares it. */
export function storageInMemory(): Storage {
  return { published: memoryStore(), local: memoryStore(), exclusively: (work) => work() };
}

/** `name`: the pipeline's. The published cursors of all pipelines share a prefix. */
export function storageInKv(kv: Deno.Kv, lease: Lease, name: string): Storage {
  return {
    published: denoKvStore(kv, ["published"], lease),
    local: denoKvStore(kv, ["local", name], lease),
    exclusively: (work) => lease.exclusively(work),
  };
}
