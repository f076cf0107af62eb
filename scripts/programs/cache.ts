/** Programs that were fetched or built before, each in a folder of the cache. Does I/O. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** The cache can't be written to. */
export class CacheUnusable extends Error {
  override readonly name = "CacheUnusable";
}

/** Outside the repository: `~/.cache`, or where XDG_CACHE_HOME says. */
export function cacheFolder(name: string): string {
  const caches = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  return join(caches, name);
}

/**
 * The folder of that name in the cache. If it isn't there, `make` fills a new one, which gets its name only
 * when it is complete, so that nothing half made is ever found. Others that want it wait, in this process
 * or in another, and then find it.
 * @throws {CacheUnusable}
 */
export async function cached(
  cache: string,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cache, name);
  if (await isThere(folder)) return folder;
  using _turn = await takeTurn(cache);
  if (await isThere(folder)) return folder;
  const making = await usable(() => mkdtemp(join(cache, "making-")));
  try {
    await make(making);
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

/** Waits for the lock on the cache. The system gives it back when a process dies. */
async function takeTurn(cache: string): Promise<Disposable> {
  const file = await usable(async () => {
    await mkdir(cache, { recursive: true });
    return await Deno.open(join(cache, ".lock"), { create: true, write: true });
  });
  await file.lock(true);
  return file;
}

async function usable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    throw new CacheUnusable(`the cache can't be written: ${message}`, { cause: error });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
