/** docs/formats.md and the formats are in step: the examples are real, and every field is in its table. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type FormatName, FORMATS, inFormat } from "../../src/event_formats/index.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { COLLECTED_AT_MS, eventOf, GRAPHQL_RECORD, RECORDS } from "../event_formats/events.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const text = await readFile(join(ROOT, "docs", "formats.md"), "utf8");

/** The rows of the table of a format: our fields, and where they are. */
function rowsOf(format: string): readonly (readonly [string, string])[] {
  const section = text.split(`\n## ${format}\n`)[1].split("\n## ")[0];
  return section.split("\n").filter((line) => /^\| /.test(line)).slice(2)
    .map((line) => line.split("|").slice(1, 3) as [string, string]);
}

const named = (cell: string) => [...cell.matchAll(/`(@?\w[\w.]*\w)`/g)].map(([, name]) => name);

/** The names of the fields that hold values. */
function namesIn(value: Json, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    namesIn(inner, path === "" ? name : `${path}.${name}`)
  );
}

async function told(format: FormatName, record: Json): Promise<Json> {
  return JSON.parse(JSON.stringify(inFormat(format, await eventOf(record), COLLECTED_AT_MS)));
}

/** Every field that a record may have, and that an event has only then. */
const DOCUMENTED = [
  ...RECORDS.filter((record) => !("sessionId" in record)),
  // in both dialects at once
  { ...GRAPHQL_RECORD, userId: "8", changedBy: "ada", changeType: "Renamed" },
  { ...GRAPHQL_RECORD, changeType: "update" },
];

Deno.test("the examples are what is made of one record", async () => {
  const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block]) => block);
  assert.equal(examples.length, FORMATS.length);
  for (const [i, format] of FORMATS.entries()) {
    assert.equal(
      JSON.stringify(JSON.parse(examples[i]), null, 2),
      JSON.stringify(await told(format, GRAPHQL_RECORD), null, 2),
    );
  }
});

Deno.test("the tables have every field that an event has, and no other", async () => {
  const native = new Set<string>();
  for (const record of DOCUMENTED) {
    Object.keys(await told("native", record)).forEach((name) => native.add(name));
  }
  for (const [format, title] of [["ecs", "ECS"], ["ocsf", "OCSF"]] as const) {
    const rows = rowsOf(title);
    assert.deepEqual(new Set(rows.flatMap(([ours]) => named(ours))), native, title);
    const made = new Set<string>();
    for (const record of DOCUMENTED) {
      namesIn(await told(format, record))
        // it has the name and the type of `entity`
        .filter((name) => !/^entity_result\.(?!data)/.test(name))
        .forEach((name) => made.add(name));
    }
    assert.deepEqual(new Set(rows.flatMap(([, theirs]) => named(theirs))), made, title);
  }
});
