/** The README's pictures show what is there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PICTURES } from "../../scripts/pictures/pictures.ts";
import { wayOfAnEvent } from "../../scripts/pictures/way_of_an_event.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { KINDS } from "../../src/destinations/catalog.ts";

Deno.test("the drawing has every destination: deno task pictures makes it anew", async () => {
  const drawn = await readFile(join(PICTURES, "way.svg"), "utf8");
  assert.equal(drawn, wayOfAnEvent(KINDS.map(({ label }) => label)));
  for (const { label } of KINDS) assert.ok(drawn.includes(`>${label}<`), label);
});

Deno.test("the README shows both, and says in words what they show", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  for (const name of ["way.svg", "status.png"]) {
    assert.match(
      readme,
      new RegExp(`!\\[[^\\]]{20,}\\]\\(docs/pictures/${name.replace(".", "\\.")}\\)`),
    );
  }
  const png = await readFile(join(PICTURES, "status.png"));
  assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
});
