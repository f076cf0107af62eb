/** The cursor can be trusted: the journal counts, whatever KV shows; only forward, never silently anew. */
import assert from "node:assert/strict";
import { LaggingKv } from "./lagging_kv.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

async function collected() {
  let sourceMs = NOW;
  const environment = await openEnvironment({ livePerson: { now: () => sourceMs } });
  environment.livePerson.add([changeAt(NOW - 2 * HOUR_MS), changeAt(NOW - HOUR_MS)]);
  const storage = newStorage();
  const run = (nowMs = NOW, settings: Record<string, string> = {}) => {
    sourceMs = nowMs;
    const host = mortalHost(storage, () => nowMs);
    const collector = collectorIn(environment, host, settings);
    return { host, collector, report: collector.collect("cron") };
  };
  await run().report;
  const [key] = storage.published.keys();
  return {
    environment,
    storage,
    run,
    key,
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("the cursor is published once a run, and not at all by an idle one", async () => {
  await using c = await collected();
  const { host, report } = c.run();
  assert.equal((await report).outcome, "ok");
  const writes = host.operations.filter((operation) => operation.startsWith("published."));
  assert.deepEqual(writes.map((operation) => operation.split(" ")[0]), ["published.get"]);
  assert.equal(host.operations.filter((operation) => operation === "fetch").length, 1);
});

Deno.test("a copy that KV has lost is published again, and nothing comes twice", async () => {
  await using c = await collected();
  const copy = c.storage.published.get(c.key);
  c.storage.published.clear();
  const { host, report } = c.run(NOW + 5 * MINUTE_MS, { FIRST_FETCH: "90 minutes" });
  assert.deepEqual([(await report).cursor, (await report).delivered], ["republished", 0]);
  assert.ok(host.lines.some((line) => line.event === "cursor_republished"));
  assert.equal(c.storage.published.get(c.key), copy);
  assert.equal((await c.run(NOW + 10 * MINUTE_MS).report).cursor, "stored");
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 1]);
});

Deno.test("what KV does not show yet is not taken for lost, and costs no write", async () => {
  await using c = await collected();
  c.storage.published.clear();
  const { host, report } = c.run(NOW + MINUTE_MS);
  assert.deepEqual([(await report).cursor, (await report).delivered], ["stored", 0]);
  assert.ok(!host.operations.some((operation) => operation.startsWith("published.put")));
});

Deno.test("an older copy can't turn the collector back, and is published over", async () => {
  await using c = await collected();
  const stale = c.storage.published.get(c.key)!;
  c.environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  await c.run(NOW + MINUTE_MS).report;
  c.storage.published.set(c.key, stale);
  assert.equal((await c.run(NOW + 2 * MINUTE_MS).report).cursor, "stored");
  assert.equal(c.storage.published.get(c.key), stale, "KV may be late");
  assert.equal((await c.run(NOW + 6 * MINUTE_MS).report).cursor, "republished");
  assert.notEqual(c.storage.published.get(c.key), stale);
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 1, 1]);
});

Deno.test("an empty journal is filled from the published copy, which is said", async () => {
  await using c = await collected();
  c.storage.local.clear();
  const { host, report } = c.run(NOW + MINUTE_MS, { FIRST_FETCH: "90 minutes" });
  assert.deepEqual([(await report).cursor, (await report).delivered], ["adopted", 0]);
  assert.ok(host.lines.some((line) => line.event === "cursor_adopted" && line.level === "warn"));
  assert.equal((await c.run(NOW + 2 * MINUTE_MS).report).cursor, "stored", "once is enough");
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 1]);
});

Deno.test("a cursor that was deleted stays deleted, though it may be seen for a while", async () => {
  await using c = await collected();
  const stale = c.storage.published.get(c.key)!;
  const { report, collector } = c.run();
  await report;
  await collector.forgetCursor();
  c.storage.published.set(c.key, stale);
  const again = await c.run(NOW, { FIRST_FETCH: "90 minutes" }).report;
  assert.deepEqual([again.cursor, again.delivered], ["new", 1]);
  assert.equal((await c.run().report).cursor, "stored");
});

/** The world of a KV namespace that is a minute late; `run` lets a while pass first. */
async function behindLateKv(history: number, settings: Record<string, string> = {}) {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add(
    Array.from({ length: history }, (_, i) => changeAt(NOW - HOUR_MS + i * 1000)),
  );
  const storage = newStorage();
  let nowMs = NOW;
  const published = new LaggingKv(() => nowMs, MINUTE_MS);
  const collector = () =>
    collectorIn(environment, { ...mortalHost(storage, () => nowMs), published }, settings);
  return {
    ...{ environment, published, collector },
    run: (afterMs: number, trigger: "cron" | "http" = "http") => {
      nowMs += afterMs;
      return collector().collect(trigger);
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a run half a minute after the first repeats nothing, though KV shows a miss", async () => {
  await using c = await behindLateKv(1000);
  assert.equal((await c.run(0, "cron")).delivered, 1000);
  const second = await c.run(30_000);
  assert.deepEqual([second.cursor, second.delivered], ["stored", 0]);
  assert.equal((await c.run(5 * MINUTE_MS, "cron")).cursor, "stored");
  assert.deepEqual(new Set(c.environment.xsiam.deliveries().values()), new Set([1]));
  assert.equal(
    c.published.writes,
    2,
    "one with the events, one with what was learnt of the source",
  );
});

Deno.test("a backlog that is collected run by run, a second apart, comes once, though KV shows a miss", async () => {
  await using c = await behindLateKv(900, { MAX_FETCH: "300" });
  const delivered: number[] = [];
  for (let more = true; more;) {
    const report = await c.run(1000);
    delivered.push(report.delivered);
    more = report.more;
  }
  assert.deepEqual(delivered.slice(0, 3), [300, 300, 300]);
  assert.equal(c.environment.xsiam.count, 900);
  assert.deepEqual(new Set(c.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("two runs within a minute of DELETE /cursor start over once, though KV shows the old copy, then a miss", async () => {
  await using c = await behindLateKv(30, { FIRST_FETCH: "2 hours" });
  await c.run(0, "cron");
  await c.run(10 * MINUTE_MS, "cron");
  await c.collector().forgetCursor();
  const first = await c.run(5000);
  assert.deepEqual([first.cursor, first.delivered], ["new", 30]);
  const second = await c.run(5000);
  assert.deepEqual([second.cursor, second.delivered], ["stored", 0]);
  assert.equal((await c.run(70_000)).cursor, "stored");
});

/** A journal or copy that must not be believed, and what a run says of it. */
const UNREADABLE = [
  ["not JSON", "{", "cursor_unreadable"],
  ["of another shape", `{"version":1}`, "cursor_unreadable"],
  ["of an older version", `{"version":0,"revision":7}`, "cursor_unreadable"],
  ["from a newer version", `{"version":9,"anything":true}`, "cursor_newer"],
] as const;

for (const [name, value, code] of UNREADABLE) {
  Deno.test(`a journal that is ${name} stops the run, and stays as it is`, async () => {
    await using c = await collected();
    c.storage.local.set("journal", value);
    const { report, collector } = c.run();
    assert.equal((await report).problem?.code, code);
    assert.equal((await report).delivered, 0);
    assert.equal(c.storage.local.get("journal"), value);
    assert.deepEqual((await collector.status()).cursor, { unreadable: true });
    await collector.forgetCursor();
    assert.equal((await c.run().report).cursor, "new", "DELETE /cursor starts over on purpose");
  });

  Deno.test(`a copy in KV that is ${name} counts for nothing, unless the journal is empty`, async () => {
    await using c = await collected();
    c.storage.published.set(c.key, value);
    assert.equal((await c.run(NOW + 5 * MINUTE_MS).report).cursor, "republished");
    assert.notEqual(c.storage.published.get(c.key), value);

    c.storage.published.set(c.key, value);
    c.storage.local.delete("journal");
    const { report, collector } = c.run(NOW + 10 * MINUTE_MS);
    assert.equal((await report).problem?.code, code);
    assert.equal((await report).delivered, 0);
    assert.equal(c.storage.published.get(c.key), value);
    await collector.forgetCursor();
    c.storage.published.set(c.key, value); // KV may show it a while longer
    assert.equal((await c.run(NOW + 10 * MINUTE_MS).report).cursor, "new");
  });
}

Deno.test("a version that the journal has and this collector does not know is named", async () => {
  await using c = await collected();
  for (const version of [0, 2]) {
    c.storage.local.set("journal", JSON.stringify({ version }));
    const { detail } = (await c.run().report).problem!;
    assert.equal(detail, `The journal has version ${version}; this collector reads 1.`);
  }
});

Deno.test("callers that come during a run get that run's report", async () => {
  await using c = await collected();
  c.environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  const collector = collectorIn(c.environment, mortalHost(c.storage, () => NOW));
  const reports = await Promise.all([1, 2, 3].map(() => collector.collect("http")));
  assert.equal(new Set(reports).size, 1);
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 1, 1]);
});

Deno.test("a run after one that died while sending tells how many events may be repeated", async () => {
  await using c = await collected();
  c.environment.livePerson.add([changeAt(NOW - 2 * MINUTE_MS), changeAt(NOW - MINUTE_MS)]);
  const rehearsal = mortalHost(
    { published: new Map(c.storage.published), local: new Map(c.storage.local) },
    () => NOW,
  );
  await collectorIn(c.environment, rehearsal).collect("cron");
  const push = rehearsal.operations.lastIndexOf("fetch");
  const dying = mortalHost(c.storage, () => NOW, { operation: push, when: "after" });
  await collectorIn(c.environment, dying).collect("cron").catch(() => {});
  assert.equal((await c.run().report).repeats, 2);
});

Deno.test("what is remembered stays small: a busy window has its size, the past has none", async () => {
  await using c = await collected();
  const burst = Array.from(
    { length: 2000 },
    (_, i) => changeAt(NOW - 10 * MINUTE_MS + i * 100, { newValue: `burst ${i}` }),
  );
  c.environment.livePerson.add(burst);
  await c.run().report;
  const busy = c.storage.published.get(c.key)!.length;
  assert.ok(busy < 2000 * 64 + 1000, `${busy} characters for 2,000 events in the window`);
  c.environment.livePerson.add([changeAt(NOW + HOUR_MS)]);
  await c.run(NOW + HOUR_MS).report;
  assert.ok(c.storage.published.get(c.key)!.length < 1000);
});
