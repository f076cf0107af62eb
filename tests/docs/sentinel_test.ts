/** The template for Azure creates the table that the collector writes to. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { COLUMNS } from "../../src/destinations/sentinel/columns.ts";
import { SENTINEL_SETTINGS } from "../../src/destinations/sentinel/settings.ts";

const template = await readFile(join(ROOT, "docs", "sentinel", "main.bicep"), "utf8");
const page = await readFile(join(ROOT, "docs", "destinations", "sentinel.md"), "utf8");

function variable(name: string): string {
  return new RegExp(`^var ${name} = '(.+)'$`, "m").exec(template)![1];
}

Deno.test("the template has exactly the columns that are sent, each with its type", () => {
  const columns = [...template.matchAll(/\{ name: '(\w+)', type: '(\w+)' \}/g)];
  assert.deepEqual(Object.fromEntries(columns.map(([, name, type]) => [name, type])), COLUMNS);
  assert.equal(columns.length, Object.keys(COLUMNS).length);
});

Deno.test("the template declares the stream that is the default, and the page has its table and outputs", () => {
  assert.equal(variable("streamName"), SENTINEL_SETTINGS.AZURE_MONITOR_STREAM.default);
  assert.ok(page.includes(`\n${variable("tableName")}\n|`));
  const outputs = [...template.matchAll(/@description\('(\w+)'\)\noutput (\w+) /g)];
  assert.equal(outputs.length, 3);
  for (const [, setting, output] of outputs) {
    assert.ok(setting in SENTINEL_SETTINGS, setting);
    assert.ok(page.includes(`\`${output}\``), output);
  }
});

Deno.test("the page's queries name columns of the table", () => {
  const queries = [...page.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, query]) => query);
  assert.equal(queries.length, 3);
  const made = new Set(["LivePersonAudit_CL", "Times", "Events", "Repeats"]);
  for (const [name] of queries.join("\n").matchAll(/\b[A-Z]\w+\b/g)) {
    assert.ok(name in COLUMNS || made.has(name), name);
  }
});
