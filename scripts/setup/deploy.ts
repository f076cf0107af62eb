/**
 * Deploys the Worker with its secrets. They pass through a file that only its owner can read and that is
 * always removed, never through a command line.
 */
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Wrangler } from "./wrangler.ts";

/** Returns the Worker's URL, if wrangler prints it. */
export async function deploy(
  wrangler: Wrangler,
  settings: Readonly<Record<string, string>>,
  configArguments: readonly string[],
  dryRun: boolean,
): Promise<string | null> {
  if (dryRun) {
    await wrangler.mustDo("deploy", "--secrets-file", "<temporary file>", ...configArguments);
    return null;
  }
  const folder = await mkdtemp(join(tmpdir(), "liveperson-setup-")); // made with mode 700
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const file = join(folder, "secrets.json");
    await writeFile(file, JSON.stringify(settings), { mode: 0o600, flag: "wx" });
    const said = await wrangler.mustDo("deploy", "--secrets-file", file, ...configArguments);
    return /https:\/\/[\w.-]+\.workers\.dev/.exec(said!)?.[0] ?? null;
  } finally {
    remove();
    process.removeListener("exit", remove);
  }
}
