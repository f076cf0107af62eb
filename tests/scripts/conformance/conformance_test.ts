/** `deno task conformance`, run as a process. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { COMPARISONS } from "../../../scripts/conformance/comparisons/index.ts";
import { runScript } from "../running_script.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

Deno.test("a receiver that isn't known is bad usage", async () => {
  const { code, stderr } = await runScript("conformance", "--only", "splunk");
  assert.equal(code, 2);
  assert.match(stderr, /Allowed choices are opensearch, victorialogs, moto, standardwebhooks/);
});

Deno.test("on a machine without Java, Go and Python, their receivers are left out, and it succeeds", async () => {
  const needing = COMPARISONS.map(({ id }) => id).filter((id) => id !== "standardwebhooks");
  const cache = await Deno.makeTempDir();
  try {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "scripts/conformance/conformance.ts", "--json"],
        ...["--cache", cache, "--only", ...needing],
      ],
      cwd: ROOT,
      clearEnv: true,
      env: { PATH: cache, HOME: cache, DENO_DIR: Deno.env.get("DENO_DIR") ?? denoDir() },
    }).output();
    const outcomes = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(
      outcomes.map(({ verdict }: { verdict: string }) => verdict),
      needing.map(() => "left out"),
    );
    for (const { because } of outcomes) assert.match(because, /^there is no /);
    assert.equal(code, 0);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

/** Where Deno keeps what it has fetched, which needs the real home. */
function denoDir(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
