/** The cursor can be trusted: only forward, never silently anew, never turned back by a stale read. */
import assert from "node:assert/strict";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

async function collected() {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add([changeAt(NOW - 2 * HOUR_MS), changeAt(NOW - HOUR_MS)]);
  const storage = newStorage();
  const run = (nowMs = NOW, settings: Record<string, string> = {}) => {
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

Deno.test("a lost cursor is said, and collecting begins anew from FIRST_FETCH with the same ids", async () => {
  await using c = await collected();
  c.storage.published.clear();
  const { host, report, collector } = c.run(NOW + MINUTE_MS, { FIRST_FETCH: "90 minutes" });
  assert.equal((await report).cursor, "lost");
  assert.equal((await report).delivered, 1);
  assert.ok(host.lines.some((line) => line.event === "cursor_lost" && line.level === "error"));
  const status = await collector.status();
  assert.equal(status.health.cursorLostAt, "2026-03-10T12:01:00.000Z");
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 2]);
});

Deno.test("a run that follows at once does not take what it can't see yet for lost", async () => {
  await using c = await collected();
  c.storage.published.clear();
  const collector = collectorIn(c.environment, mortalHost(c.storage, () => NOW));
  const report = await collector.collect("backlog");
  assert.deepEqual([report.cursor, report.delivered], ["behind", 0]);
  assert.equal((await c.run().report).cursor, "stored", "and it is published anew");
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

Deno.test("a stale read of the published cursor can't turn the engine back", async () => {
  await using c = await collected();
  const stale = c.storage.published.get(c.key)!;
  c.environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  await c.run(NOW + MINUTE_MS).report;
  c.storage.published.set(c.key, stale);
  const { host, report } = c.run(NOW + 2 * MINUTE_MS);
  assert.equal((await report).cursor, "behind");
  assert.equal((await report).delivered, 0);
  assert.ok(host.lines.some((line) => line.event === "cursor_behind"));
  assert.notEqual(c.storage.published.get(c.key), stale, "and it is published anew");
  assert.deepEqual([...c.environment.xsiam.deliveries().values()], [1, 1, 1]);
});

for (
  const [name, value, code] of [
    ["not JSON", "{", "cursor_unreadable"],
    ["of another shape", `{"version":1}`, "cursor_unreadable"],
    ["from a newer version", `{"version":2,"anything":true}`, "cursor_newer"],
  ]
) {
  Deno.test(`a cursor that is ${name} stops the run, and stays as it is`, async () => {
    await using c = await collected();
    c.storage.published.set(c.key, value);
    const { report, collector } = c.run();
    assert.equal((await report).problem?.code, code);
    assert.equal((await report).delivered, 0);
    assert.equal(c.storage.published.get(c.key), value);
    await collector.forgetCursor();
    assert.equal((await c.run().report).cursor, "new", "DELETE /cursor starts over on purpose");
  });
}

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
