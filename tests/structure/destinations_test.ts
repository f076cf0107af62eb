/** A destination is one folder and one line: nothing else in `src` names it. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DESTINATIONS } from "../../src/destinations/index.ts";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));

/** LivePerson's own service has the name of a destination too. */
const NAMESAKES: Readonly<Record<string, string>> = { sentinel: "sources/liveperson/" };

/** Whether a line has one of the names, in any case: as a word, or as a part of a name that the code gives. */
function nameIn(names: readonly string[]): (line: string) => boolean {
  const named = new RegExp(`(?<![a-z])(${names.join("|")})(?![a-z])`, "i");
  return (line) => named.test(line.replaceAll(/([a-z])([A-Z])/g, "$1 $2"));
}

Deno.test("a name is found in any form, but not within another word", () => {
  const named = nameIn(["hec", "Splunk HEC"]);
  const lines = ["a HEC token", "HEC_URL", "hecUrl", "toHec", 'from "./hec/kind.ts"', "hec1"];
  assert.deepEqual(lines.filter((line) => !named(line)), []);
  assert.deepEqual(["to check", "CHECKED", "technical", "shechem"].filter(named), []);
});

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
      const named = nameIn([...isNamesake ? [] : [id], label, fullName]);
      const lines = (await readFile(join(SOURCE, name), "utf8")).split("\n");
      found.push(...lines.filter(named).map((line) => `${name}: ${line}`));
    }
  }
  assert.deepEqual(found, []);
});
