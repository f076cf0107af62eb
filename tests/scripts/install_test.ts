/** The first minute: what the tasks say before they begin. */
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../../scripts/local/bundle.ts";
import { withFolder } from "../environment.ts";

Deno.test("every task that needs the packages fetches them first, and nothing else does", () => {
  const { install: _, audit: __, start, backup, restore, ...rest } = config.tasks;
  const { export: exports, import: imports, status, ...further } = rest;
  const { "dead-letters": letters, "start-over": startOver, ...others } = further;
  const ofServers = [start, backup, restore, exports, imports, status, letters, startOver];
  for (const ofServer of ofServers) {
    assert.match(ofServer, /--node-modules-dir=none --lock=src\/deno\/deno\.lock --frozen/);
  }
  for (const [name, task] of Object.entries(others)) {
    assert.deepEqual(task.dependencies, ["install"], name);
    assert.doesNotMatch(task.command, /node-modules-dir/, name);
  }
  assert.equal(config.nodeModulesDir, "manual");
});

Deno.test("the packages are fetched with one line, and nothing is said once they are there", () =>
  withFolder(async (folder) => {
    const script = join("scripts", "install", "install.ts");
    await mkdir(join(folder, "scripts", "install"), { recursive: true });
    await copyFile(join(ROOT, script), join(folder, script));
    await writeFile(join(folder, "deno.json"), "{}");
    const install = async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-config", "--no-lock", join(folder, script)],
        cwd: folder,
      }).output();
      return [code, ...[stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))];
    };
    const [code, printed, said] = await install();
    assert.deepEqual([code, printed], [0, ""]);
    assert.match(String(said), /^Fetching the npm packages, once: \d+ MB on disk \.\.\.\n$/);
    await mkdir(join(folder, "node_modules"));
    assert.deepEqual(await install(), [0, "", ""]);
  }));
