/**
 * A further destination is one folder and one line: the collector is run with an index of two in the
 * place of `src/destinations/index.ts`, by an import map, and with nothing else of `src` changed.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const urlOf = (path: string) => pathToFileURL(join(ROOT, path)).href;

/** What `deno.json` need not say, but an import map must: `hono/` is in `hono`. */
function subpaths(imports: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports)
      .map(([name, at]) => [`${name}/`, `${at.replace("npm:", "npm:/")}/`]),
  );
}

Deno.test("a second destination needs no change but its folder and its line", async () => {
  const { imports } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const map = {
    imports: {
      ...imports,
      ...subpaths(imports),
      [urlOf("src/destinations/index.ts")]: urlOf("tests/destinations/two/index.ts"),
    },
  };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--no-lock"],
      `--import-map=data:application/json,${encodeURIComponent(JSON.stringify(map))}`,
      join(ROOT, "tests/destinations/two/two_destinations.ts"),
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, printed);
  assert.match(printed, /\d+ passed .* 0 failed/);
});
