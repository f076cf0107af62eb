/** The settings of a script: the file's, and the environment's over them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readVariables } from "../../scripts/cli/settings_file.ts";
import { withFolder } from "../environment.ts";

Deno.test("the file is read as wrangler reads it, and its mistakes are told with their lines", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "settings");
    await writeFile(file, "API_TOKEN=tok$abc1\nFETCH_EVENT=false\n");
    const told: unknown[] = [];
    const { error } = console;
    console.error = (line) => told.push(line);
    try {
      assert.equal(readVariables(file).API_TOKEN, "tok$abc1");
    } finally {
      console.error = error;
    }
    assert.deepEqual(told, [
      `warning: ${file}, line 2: there is no setting FETCH_EVENT (did you mean FETCH_EVENTS?).`,
    ]);
  });
});
