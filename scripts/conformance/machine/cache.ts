/** The folder for receivers that were fetched or built before. Does I/O. */
import * as programs from "../../programs/cache.ts";
import { LeftOut } from "./left_out.ts";

/** Where it is unless the command line says otherwise. */
export function defaultCacheFolder(): string {
  return programs.cacheFolder("liveperson-audit-conformance");
}

/**
 * The folder of that name in the cache, filled by `make` if it isn't there.
 * @throws {LeftOut} when the cache can't be written to
 */
export async function cached(
  cacheFolder: string,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  try {
    return await programs.cached(cacheFolder, name, make);
  } catch (error) {
    if (error instanceof programs.CacheUnusable) throw new LeftOut(error.message);
    throw error;
  }
}
