/** docs/deno.md tells the truth: its commands run as they stand, one after another, and its table is the code's. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { readHostSettings } from "../../src/deno/host_settings.ts";
import { openDenoStage } from "../deno/stage.ts";
import { commandFolder, commandsOf } from "./command_folder.ts";

const page = await readFile(join(ROOT, "docs/deno.md"), "utf8");

Deno.test("every command of docs/deno.md runs", async (t) => {
  await using stage = await openDenoStage();
  const run = await commandFolder(stage);
  stage.addChanges(3);
  const collectors = await stage.open();
  await collectors.ask(collectors.pipelines, "collect", "cron");
  await collectors.close();
  const commands = commandsOf(page);
  assert.ok(commands.length > 1);
  for (const command of commands) await t.step(command, () => run(command));
});

Deno.test("docs/deno.md has the defaults of the host's settings", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `([^`]*)`/gm)].map(([, ...cells]) => cells);
  const { host, port, kvPath, isProxyTrusted } = readHostSettings({});
  assert.deepEqual(Object.fromEntries(rows), {
    HOST: host,
    PORT: String(port),
    DENO_KV_PATH: kvPath,
    TRUST_FORWARDED_FOR: String(isProxyTrusted),
  });
});

Deno.test("what docs/deno.md links to is there", async () => {
  for (const [, path] of page.matchAll(/\]\(([^)#]+)\)/g)) {
    await readFile(join(ROOT, "docs", path));
  }
});
