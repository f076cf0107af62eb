/** The pages of the destinations: each has one, and the settings and codes that it names are there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { envelope } from "../../src/destinations/hec/envelope.ts";
import { DESTINATIONS } from "../../src/destinations/index.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import { REASONS } from "../../src/problems.ts";
import { ROOT } from "../../scripts/local/bundle.ts";

const FOLDER = join(ROOT, "docs", "destinations");
/** XSIAM's are in the README and in docs/xsiam. */
const ELSEWHERE = ["xsiam"];

Deno.test("each destination has a page, which names only settings and problems that there are", async () => {
  const settings = new Set(SETTING_ROWS.map(({ name }) => name));
  const prefixes = DESTINATIONS.flatMap((kind) => Object.keys(kind.settings))
    .map((name) => name.split("_")[0]);
  const setting = new RegExp(`\\b(?:${[...new Set(prefixes)].join("|")})_[A-Z_]+\\b`, "g");
  for (const { id } of DESTINATIONS.filter((kind) => !ELSEWHERE.includes(kind.id))) {
    const page = await readFile(join(FOLDER, `${id}.md`), "utf8");
    for (const [name] of page.matchAll(setting)) assert.ok(settings.has(name), `${id}: ${name}`);
    for (const [, code] of page.matchAll(/`((?:destination|upstream)_\w+)`/g)) {
      assert.ok(code in REASONS, `${id}: ${code}`);
    }
  }
});

Deno.test("docs/destinations/hec.md shows an event as it is sent", async () => {
  const page = await readFile(join(FOLDER, "hec.md"), "utf8");
  const [, json] = /```json\n([\s\S]*?)```/.exec(page)!;
  const shown = JSON.parse(json);
  const { event, fields, time, ...metadata } = shown;
  const sent = envelope({
    eventId: fields.event_id,
    occurrence: 1,
    timeMs: time * 1000,
    json: JSON.stringify(event),
  }, { host: undefined, ...metadata });
  assert.deepEqual(JSON.parse(sent), shown);
  assert.deepEqual(Object.keys(JSON.parse(sent)).sort(), Object.keys(shown).sort());
});
