/** The Worker as the demo and the tests run it: from wrangler.toml alone, whatever else lies there. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";

Deno.test("a .dev.vars beside wrangler.toml is not read, so its secrets reach no bundle", async () => {
  const folder = await mkdtemp(join(tmpdir(), "liveperson-test-"));
  try {
    const config = join(folder, "wrangler.toml");
    await copyFile(join(ROOT, "wrangler.toml"), config);
    await writeFile(join(folder, ".dev.vars"), 'LIVEPERSON_CLIENT_SECRET="a-real-secret"\n');
    await writeFile(join(folder, ".env"), 'XSIAM_API_KEY="a-real-secret"\n');
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "scripts/local/print_worker_options.ts", config],
      cwd: ROOT,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const text = new TextDecoder().decode(stdout);
    assert.doesNotMatch(text, /a-real-secret/);
    assert.deepEqual(Object.keys(JSON.parse(text).kvNamespaces), ["CURSORS"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
