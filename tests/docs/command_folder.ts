/**
 * A folder in which the commands of a page run as they stand: with the repository's files, with settings
 * that name the simulators, and with this process's Deno as `deno`.
 */
import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import type { DenoStage } from "../deno/stage.ts";

/** The lines of the blocks marked as `sh`. Those marked `console` need an account, and are not run. */
export function commandsOf(text: string): readonly string[] {
  return [...text.matchAll(/^( *)```sh\n([^]*?)^ *```/gm)]
    .flatMap(([, , block]) => block.trim().split("\n").map((line) => line.trim()));
}

/** Makes the stage's folder one, and answers how a command runs there; a command that fails throws. */
export async function commandFolder({ folder, settings }: DenoStage) {
  for (const name of ["deno.json", "deno.lock", "src", "scripts"]) {
    await symlink(join(ROOT, name), join(folder, name));
  }
  await mkdir(join(folder, "bin"));
  await symlink(Deno.execPath(), join(folder, "bin", "deno"));
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(folder, ".dev.vars"), lines.join(""));
  const PATH = `${join(folder, "bin")}:${Deno.env.get("PATH")}`;
  return async (command: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      cwd: folder,
      env: { PATH, ...env },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(success, `${command}: ${said}`);
  };
}
