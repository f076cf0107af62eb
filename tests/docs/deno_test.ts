/** docs/deno.md tells the truth: its commands run as they stand, one after another, and its table is the code's. */
import assert from "node:assert/strict";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { startWorker } from "../../scripts/local/worker.ts";
import { readHostSettings } from "../../src/deno/host_settings.ts";
import { openDenoStage } from "../deno/stage.ts";

const page = await readFile(join(ROOT, "docs/deno.md"), "utf8");

Deno.test("every command of docs/deno.md runs", async (t) => {
  await using stage = await openDenoStage();
  stage.addChanges(3);
  await using worker = await startWorker({
    settings: { ...stage.settings, FETCH_EVENTS: "false" },
  });
  for (const name of ["deno.json", "deno.lock", "src", "scripts"]) {
    await symlink(join(ROOT, name), join(stage.folder, name));
  }
  await mkdir(join(stage.folder, "bin"));
  await symlink(Deno.execPath(), join(stage.folder, "bin", "deno"));
  const settings = Object.entries(stage.settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(stage.folder, ".dev.vars"), settings.join(""));
  const env = {
    PATH: `${join(stage.folder, "bin")}:${Deno.env.get("PATH")}`,
    URL: worker.url,
  };
  let ran = 0;
  for (const section of page.split("\n## ")) {
    const commands = [...section.matchAll(/```sh\n([^]*?)```/g)]
      .flatMap(([, block]) => block.trim().split("\n"));
    await rm(join(stage.folder, "data"), { recursive: true, force: true });
    if (section.startsWith("Backup")) { // there is something to copy
      const collectors = await stage.open();
      await collectors.ask(collectors.pipelines, "collect", "cron");
      await collectors.close();
    }
    for (const command of commands) {
      ran++;
      await t.step(command, async () => {
        const { success, stdout, stderr } = await new Deno.Command("sh", {
          args: ["-c", command],
          cwd: stage.folder,
          env,
        }).output();
        assert.ok(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
      });
    }
  }
  assert.equal(ran, 4);
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
