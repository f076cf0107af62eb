/** The folder for receivers that were fetched or built before. Does I/O. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LeftOut } from "./left_out.ts";

/** Where it is unless the command line says otherwise: outside the repository. */
export function defaultCacheFolder(): string {
  const caches = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  return join(caches, "liveperson-audit-conformance");
}

/**
 * The folder of that name in the cache. If it isn't there, `make` fills a new one, which gets its
 * name only when it is complete, so that nothing half made is ever found.
 * @throws {LeftOut} when the cache can't be written to
 */
export async function cached(
  cacheFolder: string,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder, name);
  if (await isThere(folder)) return folder;
  const making = await folderIn(cacheFolder);
  try {
    await make(making);
    await rename(making, folder);
  } catch (error) {
    // another run may have been quicker
    if (!await isThere(folder)) throw error;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

async function folderIn(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true });
    return await mkdtemp(join(cacheFolder, "making-"));
  } catch (error) {
    throw new LeftOut(`nothing can be kept in the cache: ${(error as Error).message}`);
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
