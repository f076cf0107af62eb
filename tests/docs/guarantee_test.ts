/** docs/guarantee.md is in step with the tests that it names, and with what is stored. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { startAzureMonitor } from "../../scripts/simulators/azure_monitor.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";
import { CURSOR_VERSION } from "../../src/engine/cursor.ts";
import { mortalHost, newStorage, type Storage } from "../collector/mortal_host.ts";
import { collectorIn } from "../collector/collector_in.ts";
import { changeAt, DAY_MS, HOUR_MS, openEnvironment } from "../environment.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const page = await readFile(join(ROOT, "docs", "guarantee.md"), "utf8");
const running = page.replace(/\s+/g, " ");

/** The cells of the table whose first header is given, without the code marks. */
function tableRows(firstHeader: string): string[][] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${firstHeader} +\\|`).test(line));
  assert.ok(start >= 0, `a table of ${firstHeader}`);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")));
}

Deno.test("every test that docs/guarantee.md names is there", async () => {
  const named = [...running.matchAll(/\[([^\]]+)\]\(\.\.\/(tests\/[\w/]+\.ts)\)/g)];
  assert.ok(named.length > 30);
  for (const [, name, file] of named) {
    const text = await readFile(join(ROOT, file), "utf8");
    assert.ok(text.includes(name), `${file} has a test "${name}"`);
  }
  for (const [, file] of page.matchAll(/`(tests\/[\w/]+\.ts)`/g)) {
    assert.ok(await readFile(join(ROOT, file), "utf8"), file);
  }
});

Deno.test("what docs/guarantee.md says that the histories vary, they vary", async () => {
  const models = [["Histories", "history.ts"], ["Delivery histories", "delivery_history_test.ts"]];
  for (const [model, file] of models) {
    const text = await readFile(join(ROOT, "tests", "engine", file), "utf8");
    const lists = running.matchAll(new RegExp(`${model}: ((?:\`\\w+\`(?:, )?)+)`, "g"));
    const fields = [...lists].flatMap(([, list]) =>
      [...list.matchAll(/\w+/g)].map(([name]) => name)
    );
    assert.ok(fields.length > 0, model);
    for (const field of fields) assert.match(text, new RegExp(`^ +${field}: `, "m"), field);
  }
});

/** What lies in storage once everything that is ever stored has been. */
async function everythingStored(): Promise<Storage> {
  const storage = newStorage();
  let nowMs = NOON;
  await using environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  const { livePerson, xsiam } = environment;
  const at = (timeMs: number) => {
    nowMs = timeMs;
    const settings = { DEBUG_TRACE: "true", MAX_FETCH: "2" };
    return collectorIn(environment, mortalHost(storage, () => nowMs), settings);
  };
  const changes = (...names: string[]) =>
    livePerson.add(names.map((newValue, i) => changeAt(NOON - HOUR_MS + i, { newValue })));
  changes("first", "poison");
  xsiam.poison = ({ newValue }) => newValue === "poison";
  await at(NOON).collect("cron");
  await at(NOON).redeliver(10);
  livePerson.add([changeAt(NOON + 5 * HOUR_MS)]);
  await at(NOON + 6 * HOUR_MS).collect("cron");
  changes("late", "later", "last of all");
  await at(NOON).startBackfill({ fromMs: NOON - HOUR_MS, toMs: NOON });
  livePerson.add([changeAt(NOON + DAY_MS - HOUR_MS)]); // or XSIAM would take nothing
  await at(NOON + DAY_MS).collect("cron");
  const other = await storedForToken(environment, () => nowMs);
  return {
    published: new Map([...storage.published, ...other.published]),
    local: new Map([...storage.local, ...other.local]),
  };
}

/** What a pipeline stores whose destination wants a token. */
async function storedForToken(environment: Environment, now: () => number): Promise<Storage> {
  const storage = newStorage();
  await using azure = await startAzureMonitor({ clientSecret: "s3cret", now });
  const settings = { XSIAM_URL: "", XSIAM_API_KEY: "", ...azure.settings };
  await collectorIn(environment, mortalHost(storage, now), settings).collect("cron");
  assert.ok(azure.rows.length > 0);
  return storage;
}

Deno.test("every key that is stored has a row in docs/guarantee.md, and every row is stored", async () => {
  const storage = await everythingStored();
  const rows = tableRows("where").map(([where, key]) => ({
    isPublished: where.startsWith("KV"),
    key,
    pattern: new RegExp(`^${key.replaceAll(/<\w+>/g, "[^ ]+")}$`),
    isStored: false,
  }));
  for (const [name, store] of Object.entries(storage) as [string, Map<string, string>][]) {
    for (const key of store.keys()) {
      const row = rows.find(({ isPublished, pattern }) =>
        isPublished === (name === "published") && pattern.test(key)
      );
      assert.ok(row, `docs/guarantee.md has no row for ${key}`);
      row.isStored = true;
    }
  }
  assert.deepEqual(rows.filter((row) => !row.isStored).map(({ key }) => key), []);
});

Deno.test("the cursor has the fields and the version that docs/guarantee.md tells", async () => {
  const { published } = await everythingStored();
  const cursor = JSON.parse([...published.values()][0]);
  const rows = tableRows("field");
  const told = rows.flatMap(([fields]) => fields.split(", "));
  assert.deepEqual(Object.keys(cursor), told);
  assert.equal(rows[0][1], String(CURSOR_VERSION));
  const places = tableRows("field of `place`").flatMap(([fields]) => fields.split(", "));
  assert.deepEqual(Object.keys(cursor.place), places.filter((field) => field !== "inside"));
});
