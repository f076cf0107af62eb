/** The collector started through npm: it ends when npm is told to. */
import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { until } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

/** What of the repository the start task needs. */
const NEEDED = ["deno.json", "deno.lock", "src", "scripts", "node_modules"];

Deno.test("the collector ends after its batch when the npx that started it receives SIGTERM", async () => {
  await using stage = await openDenoStage();
  for (const name of NEEDED) await symlink(join(ROOT, name), join(stage.folder, name));
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, deno] = /^npx -y (deno@\S+) task/m.exec(readme)!;
  const npx = new Deno.Command("npx", {
    args: ["-y", deno, "task", "start"],
    cwd: stage.folder,
    env: { ...stage.settings, PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const chunk of npx.stdout.pipeThrough(new TextDecoderStream())) printed += chunk;
  })();
  await until(() => `the start: ${printed}`, () => printed.includes('"event":"listening"'), 60_000);
  npx.kill("SIGTERM");
  await npx.status;
  await reading; // whoever still runs has it open
  assert.match(printed, /"event":"stopping"/);
});
