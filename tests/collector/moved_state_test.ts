/** A pipeline moves to another platform: nothing comes twice, nothing is lost, and no secret goes along. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import type { Collector } from "../../src/collector/collector.ts";
import { isMoved, readState, type StateRow } from "../../src/collector/records/moved_state.ts";
import { memoryStore } from "../../src/storage/memory_store.ts";
import { changeAt, DAY_MS, MINUTE_MS, openEnvironment, SECRETS } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage, type Storage } from "./mortal_host.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const PAUSED = { FETCH_EVENTS: "false" };

async function exported(collector: Collector): Promise<StateRow[]> {
  const rows: StateRow[] = [];
  for (let after: string | null = null;;) {
    const page = await collector.exportState(after);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
  }
}

const code = (expected: string) => (error: unknown) =>
  error instanceof CollectorError && error.code === expected;

async function world() {
  let nowMs = NOON;
  const environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  const { livePerson, xsiam } = environment;
  const [here, there] = [newStorage(), newStorage()];
  const at = (storage: Storage, settings: Record<string, string> = {}) =>
    collectorIn(environment, mortalHost(storage, () => nowMs), settings);
  livePerson.add(
    Array.from(
      { length: 30 },
      (_, i) => changeAt(NOON - (i + 1) * MINUTE_MS, { newValue: `${i}` }),
    ),
  );
  xsiam.poison = ({ newValue }) => newValue === "7";
  await at(here).collect("cron");
  await at(here).startBackfill({ fromMs: NOON - DAY_MS, toMs: NOON - 20 * MINUTE_MS });
  return {
    ...{ livePerson, xsiam, here, there, at },
    pass: (ms: number) => nowMs += ms,
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("the other place goes on where this one was, with its dead letters and its backfill", async () => {
  await using moving = await world();
  const { livePerson, xsiam, here, there, at } = moving;
  const rows = await exported(at(here, PAUSED));
  await at(there, PAUSED).importState(rows, null);
  const [before, after] = [await at(here).status(), await at(there).status()];
  assert.deepEqual(after, before);
  assert.equal(after.deadLetters, 1);
  assert.deepEqual(
    [...there.published],
    [...here.published],
    "the copy for everybody is there too",
  );

  moving.pass(5 * MINUTE_MS);
  livePerson.add([changeAt(NOON + MINUTE_MS, { newValue: "later" })]);
  const report = await at(there).collect("cron");
  assert.deepEqual([report.cursor, report.delivered], ["stored", 1]);
  assert.ok((await at(there).status()).backfill!.delivered > 0);
  moving.pass(DAY_MS);
  xsiam.poison = undefined;
  await at(there).redeliver(10);
  assert.equal(xsiam.ids.size, 31);
});

Deno.test("back where it was before, what was left behind there is replaced", async () => {
  await using moving = await world();
  const { xsiam, here, there, at } = moving;
  await at(there, PAUSED).importState(await exported(at(here, PAUSED)), null);
  xsiam.poison = undefined;
  assert.equal((await at(there).redeliver(10)).delivered, 1);
  const rows = await exported(at(there, PAUSED));
  await at(here).forgetCursor();
  await at(here, PAUSED).importState(rows, null);
  assert.equal((await at(here).redeliver(10)).delivered, 0);
  assert.deepEqual(new Set(xsiam.ids.values()), new Set([1]));
});

Deno.test("no token goes along", async () => {
  await using moving = await world();
  const rows = await exported(moving.at(moving.here, PAUSED));
  assert.ok(moving.here.local.has("session"));
  assert.deepEqual(rows.filter(({ key }) => !isMoved(key)), []);
  assert.ok(rows.every(({ key }) => key !== "session" && key !== "destination"));
  for (const secret of Object.values(SECRETS)) assert.ok(!JSON.stringify(rows).includes(secret));
});

Deno.test("a move is refused while collecting, over a cursor, and of another pipeline", async () => {
  await using moving = await world();
  const { here, there, at } = moving;
  await assert.rejects(at(here).exportState(null), code("collection_enabled"));
  const rows = await exported(at(here, PAUSED));
  await assert.rejects(at(there).importState(rows, null), code("collection_enabled"));
  await assert.rejects(at(here, PAUSED).importState(rows, null), code("cursor_exists"));
  const other = { ...PAUSED, XSIAM_URL: "https://other.example.com" };
  await assert.rejects(at(there, other).importState(rows, null), code("cursor_unreadable"));
  assert.equal(there.published.size, 0);

  await at(here).forgetCursor();
  await at(here, PAUSED).importState(rows, null);
  assert.equal(
    (await at(here).collect("cron")).delivered,
    0,
    "it goes on after it was made to start over",
  );
});

Deno.test("an import that was cut off can be repeated, and until it is whole nothing counts", async () => {
  await using moving = await world();
  const { here, there, at } = moving;
  const rows = await exported(at(here, PAUSED));
  assert.equal(rows.at(-1)!.key, "journal");
  await at(there, PAUSED).importState(rows.slice(0, -1), null);
  assert.equal((await at(there).status()).cursor, null);
  await at(there, PAUSED).importState(rows, null);
  assert.equal((await at(there).collect("cron")).delivered, 0);
});

Deno.test("a large state comes in pages, each row once, the journal last", async () => {
  const local = memoryStore();
  const megabyte = "x".repeat(1024 * 1024);
  for (let i = 10; i < 20; i++) await local.put(`ledger/${i}`, megabyte);
  await local.put("journal", "{}");
  await local.put("session", "secret");
  const keys: string[] = [];
  let pages = 0;
  for (let after: string | null = null;;) {
    const page = await readState(local, after);
    pages++;
    keys.push(...page.rows.map(({ key }) => key));
    if (page.next === null) break;
    after = page.next;
  }
  assert.equal(pages, 3);
  assert.deepEqual(keys, [...Array.from({ length: 10 }, (_, i) => `ledger/${i + 10}`), "journal"]);
});
