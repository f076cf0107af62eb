/**
 * Fetches a package of Debian's and unpacks it into a folder, on any Linux and without root: nothing is
 * installed. Runs apt-get and dpkg-deb where there are any; elsewhere it asks a mirror.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, runIfThere } from "./run.ts";

/** A package as a mirror has it, for machines without apt-get. */
export interface DebianPackage {
  readonly name: string;
  /** Its file below `pool/main`, without the architecture. */
  readonly file: string;
  /** By Debian's name of the architecture. */
  readonly sha256: Readonly<Record<string, string>>;
}

const MIRROR = "http://deb.debian.org/debian/pool/main";
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** Unpacks the package into `folder`. */
export async function unpackDebianPackage(wanted: DebianPackage, folder: string): Promise<void> {
  await using scratch = await temporaryFolder();
  const settings = await updatedApt(scratch.path);
  const file = settings === null
    ? await downloadFromMirror(wanted, scratch.path)
    : await downloadWithApt(wanted.name, scratch.path, settings);
  if (await runIfThere("dpkg-deb", ["-x", file, folder]) !== null) return;
  const archive = archiveIn(await Deno.readFile(file), "data.tar.xz");
  const inside = join(scratch.path, "data.tar.xz");
  await writeFile(inside, archive);
  await run("tar", ["-xJf", inside, "-C", folder]);
}

/**
 * Unpacks the package into `folder`, with all those it needs that this machine has not installed.
 * @throws {Deno.errors.NotFound} without apt-get or dpkg-deb
 */
export async function unpackWithWhatItNeeds(name: string, folder: string): Promise<void> {
  await using scratch = await temporaryFolder();
  const settings = await updatedApt(scratch.path);
  if (settings === null) throw new Deno.errors.NotFound("there is no apt-get");
  const how = ["--yes", "--no-install-recommends", "--reinstall", "--download-only"];
  await run("apt-get", ["-qq", ...settings, ...how, "install", name]);
  const archives = join(scratch.path, "cache", "archives");
  const files = (await readdir(archives)).filter((one) => one.endsWith(".deb"));
  if (files.length === 0) throw new Error(`apt-get has no package ${name}`);
  for (const file of files) await run("dpkg-deb", ["-x", join(archives, file), folder]);
}

/** Settings for apt-get, with which it keeps its lists in a folder; null without apt-get. */
async function updatedApt(folder: string): Promise<string[] | null> {
  const options = {
    "Dir::State": join(folder, "state"),
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::Cache": join(folder, "cache"),
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true", // nothing is installed, so nobody else is in the way
  };
  await mkdir(join(folder, "state", "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  const settings = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  try {
    if (await runIfThere("apt-get", ["-qq", ...settings, "update"]) === null) return null;
  } catch {
    // One list may be unreachable while the one that matters isn't: the download will show.
  }
  return settings;
}

/** The file, from whatever mirror this machine uses. */
async function downloadWithApt(
  name: string,
  folder: string,
  settings: readonly string[],
): Promise<string> {
  await run("apt-get", ["-qq", ...settings, "download", name], { cwd: folder });
  const file = (await readdir(folder)).find((one) => one.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get left no package ${name}`);
  return join(folder, file);
}

async function downloadFromMirror(
  { name, file, sha256 }: DebianPackage,
  folder: string,
): Promise<string> {
  const architecture = ARCHITECTURES[Deno.build.arch];
  const url = `${MIRROR}/${file}_${architecture}.deb`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = await response.bytes();
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256[architecture]) throw new Error(`${url} is not the expected package`);
  const path = join(folder, `${name}.deb`);
  await writeFile(path, bytes);
  return path;
}

/** A member of an `ar` archive, which a package is: each has a header of 60 bytes, and an even length. */
export function archiveIn(bytes: Uint8Array, name: string): Uint8Array {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length)).trim();
  for (let at = "!<arch>\n".length; at < bytes.length;) {
    const size = Number(text(at + 48, 10));
    const start = at + 60;
    if (text(at, 16).replace(/\/$/, "") === name) return bytes.subarray(start, start + size);
    at = start + size + size % 2;
  }
  throw new Error(`the package has no ${name}`);
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "debian-package-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
