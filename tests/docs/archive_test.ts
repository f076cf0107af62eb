/** docs/destinations/s3.md speaks of the objects, the settings and the binding that there are. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { boundBuckets } from "../../scripts/setup/wrangler_toml.ts";
import { s3 } from "../../src/destinations/s3/kind.ts";
import { objectOf } from "../../src/destinations/s3/object.ts";
import { lineOf } from "../../src/engine/batch.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import { eventOf, RECORDS } from "../event_formats/events.ts";

const page = await readFile(join(ROOT, "docs", "destinations", "s3.md"), "utf8");

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) =>
    text
  );

const FIELDS = new Set((await Promise.all(RECORDS.map(eventOf))).flatMap(Object.keys));

const { default: prefix } = s3.settings.S3_PREFIX as { default: string };
const KEY = objectOf(
  [lineOf({ eventId: "a-1", occurrence: 1, timeMs: Date.UTC(2026, 2, 10, 12), json: "{}" })],
  { prefix, account: "12345678", format: "native" },
).key;

Deno.test("the key that is shown is as keys are", () => {
  const [shown] = blocks("text");
  const withoutHash = (key: string) => key.trim().replace(/-[0-9a-f]{32}\./, "-<hash>.");
  assert.equal(withoutHash(shown), withoutHash(KEY));
});

Deno.test("every setting that is named is there, and so is the binding in wrangler.toml", async () => {
  const names = new Set(SETTING_ROWS.map(({ name }) => name));
  const named = [...page.matchAll(/\b(?:S3|LIVEPERSON)_[A-Z_]+\b/g)].map(([name]) => name)
    .filter((name) => name !== "LIVEPERSON_ACCOUNTS");
  assert.ok(named.length > 10);
  for (const name of named) assert.ok(names.has(name), name);
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const [binding] = boundBuckets(toml.replaceAll(/^# (\[\[r2|binding = "A|bucket_name)/gm, "$1"));
  assert.equal(binding, s3.binding);
  assert.ok(page.includes(`\`${binding}\``));
});

Deno.test("the queries name fields that events have, and Athena's table is laid out as the keys are", () => {
  const [first, , athena] = blocks("sql");
  const selected = /SELECT ([\w, ]+)\n/.exec(first)![1].split(", ");
  for (const field of selected) assert.ok(FIELDS.has(field), field);

  const known = new Set([...FIELDS].map((field) => field.toLowerCase()));
  const columns = [...athena.matchAll(/^ {2}(\w+) string/gm)].map(([, name]) => name);
  assert.ok(columns.length > 5);
  const [, renamed, field] = /'mapping\.(\w+)' = '(\w+)'/.exec(athena)!;
  assert.ok(FIELDS.has(field) && columns.includes(renamed));
  for (const name of columns) assert.ok(name === renamed || known.has(name), name);
  const [, layout] = /'(s3:\/\/my-bucket\/[^']*\$\{dt\}\/)'/.exec(athena)!;
  const folder = layout.replace("s3://my-bucket/", "")
    .replace("${account}", "12345678").replace("${dt}", "2026-03-10");
  assert.ok(KEY.startsWith(folder), folder);
});
