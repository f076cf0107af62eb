/**
 * Prometheus' own tool: the one on the PATH, or else out of Debian's package, which is fetched once.
 * Does I/O.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, cacheFolder } from "./cache.ts";
import { type DebianPackage, unpackDebianPackage } from "./debian_package.ts";
import { runIfThere } from "./run.ts";

const PACKAGE: DebianPackage = {
  name: "prometheus",
  file: "p/prometheus/prometheus_2.42.0+ds-5+deb12u1",
  sha256: {
    amd64: "81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55",
    arm64: "ca131aa102390083398afbc80be9c8dd1dda78f9f92154fc00df8f7f1f4556e9",
  },
};

/**
 * What to run it by.
 * @throws {Error} when it isn't there and can't be fetched, with what to install
 */
export async function promtoolProgram(
  cache = cacheFolder("liveperson-audit-programs"),
): Promise<string> {
  if (await runIfThere("promtool", ["--version"]) !== null) return "promtool";
  try {
    return join(await cached(cache, PACKAGE.name, fetchIt), "promtool");
  } catch (error) {
    const advice = "promtool is needed, but could not be downloaded. Install Prometheus, so that " +
      "promtool is on the PATH (Debian's package prometheus, Homebrew's prometheus)";
    throw new Error(`${advice}: ${(error as Error).message}`, { cause: error });
  }
}

async function fetchIt(folder: string): Promise<void> {
  if (Deno.build.os !== "linux") throw new Error("Debian's package is only for Linux");
  console.error("Fetching promtool, once: Debian's package prometheus, 20 MB ...");
  const unpacked = join(folder, "package");
  await mkdir(unpacked);
  await unpackDebianPackage(PACKAGE, unpacked);
  await rename(join(unpacked, "usr", "bin", "promtool"), join(folder, "promtool"));
  await rm(unpacked, { recursive: true });
}
