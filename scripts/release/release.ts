/**
 * `deno task release`: makes a release in `dist/`, and writes its version into the files that state it. It
 * commits, tags and publishes nothing, but names the commands for that.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BAD_USAGE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { buildBundle, ROOT } from "../local/bundle.ts";
import { sbom } from "../sbom/sbom.ts";
import { isNewer, notesOf, withRelease } from "./changelog.ts";

interface Options {
  readonly version: string;
  readonly dryRun?: true;
}

const command = scriptCommand(
  "release",
  "Makes a release: bundle, notes, bill of materials, checksums.",
  ["--version 1.1.0", "--version 1.1.0 --dry-run"],
)
  .requiredOption("--version <x.y.z>", "the version; for the first release, the one in deno.json")
  .option("--dry-run", "only write dist; do not change the checkout");

if (import.meta.main) {
  const { version, dryRun } = readOptions<Options>(command, Deno.args);
  try {
    await release(version, dryRun ?? false);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(BAD_USAGE);
  }
}

async function release(version: string, dryRun: boolean): Promise<void> {
  const changelog = await readFile(join(ROOT, "CHANGELOG.md"), "utf8");
  const config = await readFile(join(ROOT, "deno.json"), "utf8");
  const current: string = JSON.parse(config).version;
  assertReleasable(version, current, changelog);
  const notes = notesOf(changelog);
  if (!dryRun) {
    await writeFile(
      join(ROOT, "deno.json"),
      config.replace(`"version": "${current}"`, `"version": "${version}"`),
    );
    const versionFile = join(ROOT, "src", "version.ts");
    const code = await readFile(versionFile, "utf8");
    await writeFile(versionFile, code.replace(`"${current}"`, `"${version}"`));
    const date = new Date().toISOString().slice(0, 10);
    await writeFile(join(ROOT, "CHANGELOG.md"), withRelease(changelog, version, date));
  }
  const files = await fill(join(ROOT, "dist", version), notes);
  console.log(`dist/${version}: ${files.join(", ")}`);
  if (dryRun) return;
  console.log(`Look at the changes, then publish them:
  git commit -am "Version ${version}"
  git tag -s v${version} -m "Version ${version}"
  git push --follow-tags`);
}

function assertReleasable(version: string, current: string, changelog: string): void {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`--version must be three numbers separated by dots, not ${version}.`);
  }
  if (changelog.includes(`## [${version}]`)) {
    throw new Error(`${version} is already in CHANGELOG.md.`);
  }
  if (version !== current && !isNewer(version, current)) {
    throw new Error(`${version} is not newer than ${current}.`);
  }
}

/** Writes what is published. Returns the names of the files. */
async function fill(folder: string, notes: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const { module } = await buildBundle();
  await copyFile(module, join(folder, "worker.js"));
  await writeFile(join(folder, "sbom.cdx.json"), `${await sbom()}\n`);
  await writeFile(join(folder, "NOTES.md"), `${notes}\n`);
  const files = ["NOTES.md", "sbom.cdx.json", "worker.js"];
  const sums = await Promise.all(files.map(async (name) => {
    const sha256 = createHash("sha256").update(await readFile(join(folder, name))).digest("hex");
    return `${sha256}  ${name}\n`;
  }));
  await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
  return [...files, "SHA256SUMS"];
}
