/** The folder for receivers that were fetched or built before. Does I/O. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where it is unless the command line says otherwise: outside the repository. */
export function defaultCacheFolder(): string {
  const caches = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  return join(caches, "liveperson-audit-conformance");
}

/**
 * The folder of that name in the cache. If it isn't there, `make` fills a new one, which gets its
 * name only when it is complete, so that nothing half made is ever found.
 */
export async function cached(
  cacheFolder: string,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder, name);
  if (await isThere(folder)) return folder;
  await mkdir(cacheFolder, { recursive: true });
  const making = await mkdtemp(join(cacheFolder, "making-"));
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

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
