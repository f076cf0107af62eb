/**
 * The rules for XSIAM speak of the events that are sent: every field is mapped, and none is named that
 * no event has. The rules themselves can't be run here.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { GRAPHQL } from "../../src/sources/liveperson/dialect.ts";
import { type AuditEvent, toEvent } from "../../src/sources/liveperson/event.ts";
import { graphqlBody } from "../../src/sources/liveperson/graphql.ts";
import { webDigest } from "../../src/digest.ts";
import { type RawRecord, toRecords } from "../../src/sources/liveperson/record.ts";

const FOLDER = join(ROOT, "docs", "xsiam");
const DATASET = "liveperson_liveperson_raw";

const read = (name: string) => readFile(join(FOLDER, name), "utf8");

/** Every field that the query asks for, with some text. */
function graphqlRecord(): RawRecord {
  const range = { day: "2026-03-10", offset: 0, first: 1 };
  const body = graphqlBody(range, { lpa: true, automaticUpdates: false }, GRAPHQL, 0);
  const fields = /\{ ([\w ]+) \} \}/.exec(JSON.parse(body).query)![1].split(" ");
  assert.ok(fields.includes("originatorIsLpa"));
  return Object.fromEntries(fields.map((field) => [field, `some ${field}`]));
}

const REST_RECORD: RawRecord = {
  changeDate: "2023-10-25T10:00:00Z",
  accountId: "111",
  objectType: "USER",
  element: "Enabled",
  changeType: "UPDATE",
  userId: "7",
  changedBy: "Sam",
};

async function event(raw: RawRecord): Promise<AuditEvent> {
  const [record] = await toRecords([raw], "111", webDigest);
  return toEvent(record, 1, "111", 0);
}

const readable = { ...graphqlRecord(), changeDate: "2026-03-10 12:00:00.0" };
/** All fields that events have, of either wire format, with a readable date or without. */
const FIELDS = new Set(
  (await Promise.all([readable, { ...readable, changeDate: "soon" }, REST_RECORD].map(event)))
    .flatMap((one) => Object.keys(one)),
);

/** The rule without its comments and header. */
function bodyOf(rule: string, header: RegExp): string {
  const code = rule.replaceAll(/^\s*\/\/.*\n/gm, "").trim();
  assert.match(code, header);
  return code.slice(code.indexOf("\n") + 1);
}

/** The names in XQL that are neither texts, nor functions, nor its own words, nor made by the query. */
function fieldsIn(xql: string): Set<string> {
  const code = xql.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
  const made = [...code.matchAll(/\bas (\w+)/g)].map(([, name]) => name);
  const words = [...code.matchAll(/(?<![\w.$])([A-Za-z_]\w*)(?![\w.(])/g)].map(([, word]) => word);
  const own = "dataset filter alter fields comp by as and or in null".split(" ");
  const known = new Set([...own, ...made, DATASET]);
  return new Set(words.filter((word) => !known.has(word)));
}

Deno.test("the data model rule maps every field of the events, and nothing else", async () => {
  const body = bodyOf(await read("data_model_rule.xif"), /^\[MODEL: dataset="(\w+)"\]\nalter\n/);
  const used = fieldsIn(body);
  // the parsing rule sets it
  assert.deepEqual(used, FIELDS.difference(new Set(["_time"])));
  const targets = [...body.matchAll(/^\s+(xdm[\w.]+) = /gm)].map(([, target]) => target);
  assert.equal(new Set(targets).size, targets.length, "no target twice");
  assert.equal(body.match(/\bxdm\./g)!.length, targets.length, "one target a line");
  assert.ok(body.trimEnd().endsWith(";"));
});

Deno.test("the schema for content packs and the README's table have the same fields", async () => {
  const schema = JSON.parse(await read("data_model_schema.json"));
  assert.deepEqual(new Set(Object.keys(schema[DATASET])), FIELDS);

  const readme = await read("README.md");
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.*) \|$/gm)];
  assert.deepEqual(new Set(rows.map(([, field]) => field)), FIELDS);
  const rule = await read("data_model_rule.xif");
  for (const [, field, cell] of rows) {
    for (const [target] of cell.matchAll(/xdm[\w.]+/g)) {
      const line = rule.split("\n").find((one) => one.includes(`${target} =`)) ?? "";
      assert.match(line, new RegExp(`\\b${field}\\b`), `${field} in ${target}`);
    }
  }
});

Deno.test("the parsing rule reads the time that the event itself has", async () => {
  const header =
    /^\[INGEST:vendor="LivePerson", product="liveperson", target_dataset="(\w+)", no_hit=keep\]\n/;
  const rule = await read("parsing_rule.xif");
  const body = bodyOf(rule, header);
  assert.equal(header.exec(rule.slice(rule.indexOf("[INGEST")))![1], DATASET);
  assert.deepEqual(fieldsIn(body), new Set(["changeDate", "_time"]));

  const pattern = new RegExp(/~= "([^"]+)"/.exec(body)![1]);
  for (const raw of [readable, REST_RECORD]) {
    const { changeDate, _time } = await event(raw);
    assert.equal(changeDate, _time);
    assert.match(_time, pattern);
  }
  const unreadable = await event({ ...readable, changeDate: "soon" });
  assert.doesNotMatch(String(unreadable.changeDate), pattern);
});

Deno.test("the correlation rules are whole, and ask for fields that events have", async () => {
  const names = await readdir(join(FOLDER, "correlation_rules"));
  assert.deepEqual(names.sort(), [
    "administrator_profile_granted.yml",
    "change_by_vendor_staff.yml",
    "mass_deletion.yml",
  ]);
  const ids = new Set<string>();
  for (const name of names) {
    const rule = await read(`correlation_rules/${name}`);
    const value = (key: string) =>
      new RegExp(`^${key}: (.+)$`, "m").exec(rule)?.[1] ?? assert.fail(`${name} has no ${key}`);
    const block = (key: string) => new RegExp(`^${key}: \\|\\n((?:  .*\\n)+)`, "m").exec(rule)![1];

    ids.add(value("global_rule_id"));
    assert.match(value("name"), /^LivePerson - /);
    assert.equal(value("alert_name"), value("name"));
    assert.match(value("description"), /\.$/);
    assert.match(value("severity"), /^SEV_0(30_MEDIUM|40_HIGH)$/);
    const scheduled = value("execution_mode") === "SCHEDULED";
    assert.equal(value("crontab") !== "null", scheduled);
    assert.equal(value("search_window") !== "null", scheduled);

    const query = block("xql_query");
    assert.ok(query.startsWith(`  dataset = ${DATASET}\n`));
    if (!scheduled) assert.doesNotMatch(query, /\b(comp|join)\b/, "real time only filters");
    for (const xql of [query, block("investigation_query_link")]) {
      assert.deepEqual([...fieldsIn(xql).difference(FIELDS)], []);
    }
    // what the alert's text and its suppression name is in the query's result
    const named = [...rule.matchAll(/\$(\w+)/g)].map(([, field]) => field);
    named.push(...value("suppression_fields").split(","));
    for (const field of named) {
      assert.match(query, new RegExp(`\\b${field}\\b`), `${name}: ${field}`);
    }
  }
  assert.equal(ids.size, names.length);
});

Deno.test("a first look at docs/xsiam says that nothing of it was run", async () => {
  assert.match(await read("README.md"), /^# .*\n\n\*\*None of this has been run\.\*\*/);
});
