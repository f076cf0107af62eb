/** A pipeline moves to another platform: nothing comes twice, nothing is lost, and no secret goes along. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import type { Collector } from "../../src/collector/collector.ts";
import { type ImportedPage, isMoved, readState } from "../../src/collector/records/moved_state.ts";
import { memoryStore } from "../../src/storage/memory_store.ts";
import { changeAt, DAY_MS, MINUTE_MS, openEnvironment, SECRETS } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage, type Storage } from "./mortal_host.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const PAUSED = { FETCH_EVENTS: "false" };

/** All of it is on one page. */
async function exported(collector: Collector): Promise<ImportedPage> {
  const { next, ...page } = await collector.exportState(null);
  assert.equal(next, null);
  return page;
}

const code = (expected: string) => (error: unknown) =>
  error instanceof CollectorError && error.code === expected;

/** With a row so large that the rows after it are on a page of their own. */
async function exportedInTwo(
  { here, at }: Awaited<ReturnType<typeof world>>,
): Promise<readonly [ImportedPage, ImportedPage]> {
  const key = [...here.local.keys()].find((one) => one.startsWith("ledger/"))!;
  const before = here.local.get(key)!;
  here.local.set(key, before.padEnd(5 * 1024 * 1024));
  const { next, ...first } = await at(here, PAUSED).exportState(null);
  const { next: end, ...last } = await at(here, PAUSED).exportState(next);
  here.local.set(key, before);
  assert.ok(next !== null && end === null);
  return [first, last];
}

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
  await at(there, PAUSED).importState(await exported(at(here, PAUSED)));
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
  await at(there, PAUSED).importState(await exported(at(here, PAUSED)));
  xsiam.poison = undefined;
  assert.equal((await at(there).redeliver(10)).delivered, 1);
  const page = await exported(at(there, PAUSED));
  await at(here).forgetCursor();
  await at(here, PAUSED).importState(page);
  assert.equal((await at(here).redeliver(10)).delivered, 0);
  assert.deepEqual(new Set(xsiam.ids.values()), new Set([1]));
});

Deno.test("no token goes along", async () => {
  await using moving = await world();
  const { rows } = await exported(moving.at(moving.here, PAUSED));
  assert.ok(moving.here.local.has("session"));
  assert.deepEqual(rows.filter(({ key }) => !isMoved(key)), []);
  assert.ok(rows.every(({ key }) => key !== "session" && key !== "destination"));
  for (const secret of Object.values(SECRETS)) assert.ok(!JSON.stringify(rows).includes(secret));
});

Deno.test("a move is refused while collecting, over a cursor, and of another pipeline", async () => {
  await using moving = await world();
  const { here, there, at } = moving;
  await assert.rejects(at(here).exportState(null), code("collection_enabled"));
  const page = await exported(at(here, PAUSED));
  await assert.rejects(at(there).importState(page), code("collection_enabled"));
  await assert.rejects(at(here, PAUSED).importState(page), code("cursor_exists"));
  const other = { ...PAUSED, XSIAM_URL: "https://other.example.com" };
  await assert.rejects(at(there, other).importState(page), code("cursor_unreadable"));
  assert.equal(there.published.size, 0);

  await at(here).forgetCursor();
  await at(here, PAUSED).importState(page);
  assert.equal(
    (await at(here).collect("cron")).delivered,
    0,
    "it goes on after it was made to start over",
  );
});

Deno.test("a trial refuses what an import would, and writes nothing", async () => {
  await using moving = await world();
  const { here, there, at } = moving;
  const [first, last] = await exportedInTwo(moving);
  for (const page of [first, last]) await at(there, PAUSED).importState(page, true);
  assert.deepEqual([there.local.size, there.published.size], [0, 0]);
  await assert.rejects(at(here, PAUSED).importState(first, true), code("cursor_exists"));
  await assert.rejects(at(there).importState(first, true), code("collection_enabled"));
  const forged = { ...first, rows: first.rows.slice(1) };
  await assert.rejects(at(there, PAUSED).importState(forged, true), code("state_not_genuine"));
});

Deno.test("an import that was cut off can be repeated, and until it is whole nothing counts", async () => {
  await using moving = await world();
  const { here, there, at } = moving;
  const [first, last] = await exportedInTwo(moving);
  assert.equal(last.rows.at(-1)!.key, "journal");
  await at(there, PAUSED).importState(first);
  assert.equal((await at(there).status()).cursor, null);
  for (const page of [first, last]) await at(there, PAUSED).importState(page);
  assert.equal((await at(there).collect("cron")).delivered, 0);
  assert.equal((await at(there).status()).deadLetters, (await at(here).status()).deadLetters);
});

Deno.test("what a backfill left is not replaced unasked, though there is no cursor yet", async () => {
  await using moving = await world();
  const { xsiam, here, there, at } = moving;
  const page = await exported(at(here, PAUSED));
  xsiam.poison = ({ newValue }) => newValue === "25";
  await at(there).startBackfill({ fromMs: NOON - DAY_MS, toMs: NOON - 20 * MINUTE_MS });
  await at(there).advanceBackfill();
  const before = await at(there).status();
  assert.deepEqual([before.cursor, before.deadLetters], [null, 1]);
  for (const isTrial of [true, false]) {
    await assert.rejects(at(there, PAUSED).importState(page, isTrial), code("cursor_exists"));
  }
  assert.deepEqual(await at(there).status(), before);

  const [storage, elsewhere] = [await exported(at(there, PAUSED)), newStorage()];
  await at(elsewhere, PAUSED).importState(storage);
  assert.equal((await at(elsewhere).status()).deadLetters, 1);
  await assert.rejects(at(elsewhere, PAUSED).importState(storage), code("cursor_exists"));

  await at(there).forgetCursor();
  await at(there, PAUSED).importState(page);
  assert.deepEqual((await at(there).status()).cursor, (await at(here).status()).cursor);
});

Deno.test("what somebody wrote or changed is refused: no event is skipped, and nobody is blamed", async () => {
  await using moving = await world();
  const { livePerson, xsiam, here, there, at } = moving;
  const page = await exported(at(here, PAUSED));
  const row = (key: string) => page.rows.findIndex((one) => one.key === key);
  const changed = (key: string, change: (value: string) => string): ImportedPage => ({
    ...page,
    rows: page.rows.with(row(key), { key, value: change(page.rows[row(key)].value) }),
  });
  const action = { actor: { access: "innocent@example.com" }, action: "forgetCursor" };
  const blamed = {
    key: "operator-action/2026-03-10T11:00:00.000Z/x",
    value: JSON.stringify(action),
  };
  const [first, last] = await exportedInTwo(moving);
  const forged: readonly (readonly [string, ImportedPage])[] = [
    ["a watermark ahead", changed("journal", (text) => text.replaceAll("2026-", "2099-"))],
    ["a broken health", changed("health", () => "{}")],
    ["somebody else's action", { ...page, rows: [blamed, ...page.rows] }],
    ["a row less", { ...page, rows: page.rows.slice(1) }],
    ["another order", { ...page, rows: page.rows.toReversed() }],
    ["no seal", { ...page, seal: "" }],
    ["another place", { ...page, after: page.rows[0].key }],
    ["the last page as the first", { ...last, after: null }],
    ["the last page alone", last],
    ["the seal of another page", { ...last, seal: first.seal }],
  ];
  for (const [name, forgery] of forged) {
    await assert.rejects(at(there, PAUSED).importState(forgery), code("state_not_genuine"), name);
    assert.deepEqual([there.local.size, there.published.size], [0, 0], name);
  }
  const another = { ...PAUSED, LIVEPERSON_CLIENT_SECRET: "of somebody who only has API_TOKEN" };
  await assert.rejects(at(there, another).importState(page), code("state_not_genuine"));

  await at(there, PAUSED).importState(page);
  livePerson.add([changeAt(NOON - MINUTE_MS / 2, { newValue: "next" })]);
  const { delivered } = await at(there, { DELIVER_OPERATOR_ACTIONS: "true" }).collect("cron");
  assert.equal(delivered, 1);
  assert.ok(xsiam.events.every(({ changedBy }) => changedBy !== "innocent@example.com"));
});

Deno.test("a large state comes in pages, each row once, the journal last", async () => {
  const local = memoryStore();
  for (let i = 0; i < 5001; i++) await local.put(`operator-action/${i}`, "{}");
  assert.deepEqual((await readState(local, null)).rows.length, 5000, "at most");
  for (const key of await local.list("operator-action/")) await local.delete(key);
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
