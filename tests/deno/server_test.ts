/** What docs/deno gives a server: systemd takes the unit, and neither it nor the container asks for a newer Deno. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { systemdAnalyze } from "../../scripts/programs/systemd_analyze.ts";
import { withFolder } from "../environment.ts";

const UNIT = "liveperson-audit-collector.service";

const isLinux = Deno.build.os === "linux";
if (!isLinux) console.warn("Left out: the unit, because systemd is only for Linux.");

Deno.test("systemd takes the unit without a word", { ignore: !isLinux }, async () => {
  const unit = await readFile(join(ROOT, "docs/deno", UNIT), "utf8");
  assert.match(unit, /^ExecStart=\/usr\/local\/bin\/deno task start$/m);
  await withFolder(async (folder) => {
    await writeFile(join(folder, UNIT), unit.replace("/usr/local/bin/deno", Deno.execPath()));
    const { path, env } = await systemdAnalyze();
    const { code, stderr } = await new Deno.Command(path, {
      args: ["verify", join(folder, UNIT)],
      env: { ...env },
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(code, 0);
  });
});

Deno.test("whatever starts the collector keeps Deno from asking its makers for a newer version", async () => {
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  for (const command of tasks.start.split(" | ")) {
    assert.match(command, /^DENO_NO_UPDATE_CHECK=1 deno run /);
  }
  for (const file of ["liveperson-audit-collector.service", "Dockerfile"]) {
    const lines = (await readFile(join(ROOT, "docs/deno", file), "utf8")).split("\n");
    assert.ok(
      lines.some((line) => /^(ENV |Environment=)DENO_NO_UPDATE_CHECK=1$/.test(line)),
      file,
    );
  }
});
