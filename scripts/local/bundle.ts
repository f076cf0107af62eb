/**
 * Builds the Worker as `wrangler deploy` does, without deploying it. Reads `src`, writes
 * `.wrangler/bundle`. Wrangler runs in separate processes. A bundle is named after a hash of its inputs,
 * so an unchanged one is not built again.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const INPUTS = [
  "src",
  "scripts/local",
  "deno.lock",
  "deno.json",
  "src/tsconfig.json",
  "wrangler.toml",
];
const DAY_MS = 86_400_000;
const WORKER_OPTIONS = "worker_options.json";

interface Bundle {
  /** Path of the one module. */
  readonly module: string;
  /** The Worker's options from wrangler.toml, as Miniflare takes them. */
  readonly workerOptions: Readonly<Record<string, unknown>>;
}

export async function buildBundle(): Promise<Bundle> {
  const folder = join(ROOT, ".wrangler", "bundle", await hashInputs());
  if (!await exists(folder)) await build(folder);
  return {
    module: join(folder, "worker.js"),
    workerOptions: JSON.parse(await readFile(join(folder, WORKER_OPTIONS), "utf8")),
  };
}

/** Makes the folder elsewhere and then moves it into place: a folder that exists is complete. */
async function build(folder: string): Promise<void> {
  const unfinished = `${folder}.${crypto.randomUUID()}`;
  try {
    const [options] = await Promise.all([
      runDeno("scripts/local/print_worker_options.ts"),
      runDeno("npm:wrangler", "deploy", "--dry-run", "--outdir", unfinished),
    ]);
    await writeFile(join(unfinished, WORKER_OPTIONS), options);
    await rename(unfinished, folder);
  } catch (error) {
    if (!await exists(folder)) throw error; // else another process was faster
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOld(dirname(folder));
}

/** Removes bundles of older sources. One that may still be in use is younger than a day. */
async function removeOld(bundles: string): Promise<void> {
  for (const name of await readdir(bundles)) {
    const bundle = join(bundles, name);
    const changedMs = await stat(bundle).then(({ mtimeMs }) => mtimeMs, () => Infinity);
    if (changedMs < Date.now() - DAY_MS) await rm(bundle, { recursive: true, force: true });
  }
}

/** Runs a program to its end, and returns what it printed. */
async function runDeno(...program: string[]): Promise<string> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...program],
    cwd: ROOT,
  }).output();
  if (success) return text(stdout);
  throw new Error(`The bundle can't be built:\n${text(stdout)}${text(stderr)}`);
}

async function hashInputs(): Promise<string> {
  const hash = createHash("sha256");
  for (const input of INPUTS) {
    const path = join(ROOT, input);
    const files = (await stat(path)).isDirectory()
      ? (await readdir(path, { recursive: true })).filter((name) => /\.tsx?$/.test(name)).sort()
        .map((name) => join(path, name))
      : [path];
    for (const file of files) hash.update(file).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
