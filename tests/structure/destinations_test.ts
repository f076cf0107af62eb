/** A destination is one folder and one line: nothing else in `src` names it. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DESTINATIONS } from "../../src/destinations/index.ts";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));

/** LivePerson's own service has the name of a destination too. */
const NAMESAKES: Readonly<Record<string, string>> = { sentinel: "sources/liveperson/" };

Deno.test("outside its folder and the index, no file of src names a destination", async () => {
  const names = (await readdir(SOURCE, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  assert.ok(names.length > 100);
  const found: string[] = [];
  for (const { id, label, fullName } of DESTINATIONS) {
    const own = (name: string) =>
      name.startsWith(`destinations/${id}/`) || name === "destinations/index.ts";
    const others = names.filter((name) => !own(name));
    for (const name of others) {
      const isNamesake = id in NAMESAKES && name.startsWith(NAMESAKES[id]);
      const named = new RegExp([...isNamesake ? [] : [id], label, fullName].join("|"), "i");
      const lines = (await readFile(join(SOURCE, name), "utf8")).split("\n");
      found.push(...lines.filter((line) => named.test(line)).map((line) => `${name}: ${line}`));
    }
  }
  assert.deepEqual(found, []);
});
