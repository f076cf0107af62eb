/**
 * Builds the Worker as `wrangler deploy` does, without deploying it. Reads `src`, writes `.wrangler/bundle`.
 * A bundle is named after a hash of what it is made of, so an unchanged one is not built again.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rename, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository's root, and what a bundle depends on. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const INPUTS = ["src", "deno.lock", "deno.json", "wrangler.toml"];

/** Path of the bundle's one module. */
export async function buildBundle(): Promise<string> {
  const folder = join(ROOT, ".wrangler", "bundle", await hashInputs());
  const module = join(folder, "cloudflare.js");
  if (await exists(module)) return module;
  const unfinished = `${folder}.${crypto.randomUUID()}`;
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:wrangler", "deploy", "--dry-run", "--outdir", unfinished],
    cwd: ROOT,
  }).output();
  if (!success) {
    throw new Error(`The bundle can't be built:\n${text(stdout)}${text(stderr)}`);
  }
  try {
    await rename(unfinished, folder);
  } catch (error) {
    if (!await exists(module)) throw error; // another process was faster
  }
  return module;
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
