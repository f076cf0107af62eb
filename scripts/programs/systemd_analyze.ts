/**
 * systemd's own judge of units: the one on the PATH, or else out of the distribution's packages, which are
 * fetched once. Does I/O.
 */
import { join } from "node:path";
import { cached, cacheFolder } from "./cache.ts";
import { unpackWithWhatItNeeds } from "./debian_package.ts";
import { runIfThere } from "./run.ts";

/** A program, and what to add to its environment. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What to run it by.
 * @throws {Error} when it isn't there and can't be fetched, with what to install
 */
export async function systemdAnalyze(
  cache = cacheFolder("liveperson-audit-programs"),
): Promise<Program> {
  if (await runIfThere("systemd-analyze", ["--version"]) !== null) {
    return { path: "systemd-analyze", env: {} };
  }
  try {
    return programIn(await cached(cache, "systemd", fetchIt));
  } catch (error) {
    const advice = "systemd-analyze is needed, but could not be downloaded. Install systemd";
    throw new Error(`${advice}: ${(error as Error).message}`, { cause: error });
  }
}

async function fetchIt(folder: string): Promise<void> {
  console.error("Fetching systemd-analyze, once: the package systemd and what it needs ...");
  await unpackWithWhatItNeeds("systemd", folder);
}

/** The packages are unpacked, not installed: so it is told where its libraries and units are. */
function programIn(folder: string): Program {
  const libraries = ["usr/lib", "lib"].map((lib) =>
    join(folder, lib, `${Deno.build.arch}-linux-gnu`)
  );
  const paths = libraries.flatMap((library) => [library, join(library, "systemd")]);
  const units = ["usr/lib", "lib"].map((lib) => join(folder, lib, "systemd/system"));
  return {
    path: join(folder, "usr/bin/systemd-analyze"),
    env: { LD_LIBRARY_PATH: paths.join(":"), SYSTEMD_UNIT_PATH: units.join(":") },
  };
}
