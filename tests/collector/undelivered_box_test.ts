/** Refused events are kept, counted and tried again; without their commit they do not count. */
import assert from "node:assert/strict";
import type { Undelivered } from "../../src/engine/ports.ts";
import type { Platform } from "../../src/collector/platform.ts";
import type { KeyValueStore } from "../../src/storage/store.ts";
import { UndeliveredBox } from "../../src/collector/records/undelivered_box.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const ALL = { maxEvents: 100, maxBytes: 1_000_000, envelopeBytes: 0, accepting: false };

function refusal(eventId: string, fields: Partial<Undelivered> = {}): Undelivered {
  const refused = { reason: "bad", status: 400, refusedAlone: true, isDoubted: false, dead: true };
  return { eventId, occurrence: 1, timeMs: 0, json: "{}", ...refused, ...fields };
}

/** The same, refused again by a destination that takes others. */
const counted = (letter: Undelivered) => ({ ...letter, counts: true });

/** A box whose process begins a turn at a time. */
function world() {
  const storage = newStorage();
  return {
    storage,
    async at(nowMs: number) {
      const host = mortalHost(storage, () => nowMs);
      const box = new UndeliveredBox(host, 5000, [["SECRET", "a secret"]]);
      await box.open();
      return { host, box };
    },
  };
}

async function listed(box: UndeliveredBox): Promise<string[]> {
  return (await Array.fromAsync(box.chosen({}))).map(({ eventId }) => eventId);
}

Deno.test("a letter counts once its commit is made, in this process or as the next one sees", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep([refusal("a"), refusal("b")], 8);
  assert.deepEqual([(await box.counts()).deadLetters, await listed(box)], [0, []]);

  const { box: next } = await w.at(NOW);
  await next.settle("live", 8);
  assert.deepEqual([(await next.counts()).deadLetters, await listed(next)], [2, ["a", "b"]]);
  assert.equal(next.takeAdded(), 2);

  await next.of("live").keep([refusal("c")], 9);
  await next.of("live").keep([refusal("d")], 10);
  await next.settle("live", 10);
  assert.equal((await next.counts()).deadLetters, 4);
});

Deno.test("without its commit a letter is dropped, unless it was kept before", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep([refusal("a")], 8);
  await box.settle("live", 8);
  await box.of("live").keep([refusal("a"), refusal("b")], 9);

  const { box: next } = await w.at(NOW);
  await next.settle("live", 8);
  assert.deepEqual(await listed(next), ["a"]);
  assert.equal((await next.counts()).deadLetters, 1);
  assert.equal(w.storage.local.has("dead-letter/b"), false);
});

Deno.test("the letters of one cursor do not wait for another's commit", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("reconciliation/2026-03-09").keep([refusal("a")], 1);
  await box.of("live").keep([refusal("b")], 1);
  await box.settle("live", 1);
  assert.deepEqual(await listed(box), ["b"]);
  await box.settle("reconciliation/2026-03-09", 0);
  const keys = [...w.storage.local.keys()].filter((key) => !key.startsWith("letter-key/"));
  assert.deepEqual(keys, ["dead-letters", "dead-letter/b"]);
});

Deno.test("a dead letter is tried again after an hour and after a day, then no more", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep([refusal("a"), refusal("large", { status: null })], 1);
  await box.settle("live", 1);
  const tryAt = async (nowMs: number) => {
    const { box } = await w.at(nowMs);
    const due = await box.due(ALL);
    await box.refusedAgain(due.map(counted));
    assert.deepEqual(await box.due(ALL), [], "once a turn");
    await box.save();
    return due.map(({ eventId }) => eventId);
  };
  assert.deepEqual(await tryAt(NOW + HOUR_MS - 1), []);
  assert.deepEqual(await tryAt(NOW + HOUR_MS), ["a"]);
  assert.deepEqual(await tryAt(NOW + DAY_MS), []);
  assert.deepEqual(await tryAt(NOW + HOUR_MS + DAY_MS), ["a"]);
  assert.deepEqual(await tryAt(NOW + 30 * DAY_MS), []);
  const [letter] = await Array.fromAsync(box.chosen({}));
  assert.deepEqual([letter.tries, letter.nextTryAt], [3, null]);
  assert.equal(letter.firstRefusedAt, new Date(NOW).toISOString());
});

Deno.test("what is in doubt stays so when somebody has it delivered again in vain", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep([refusal("a", { dead: false })], 1);
  await box.settle("live", 1);
  const { box: later } = await w.at(NOW + MINUTE_MS);
  later.of("live").noteTaken();
  await later.save();
  const { box: again } = await w.at(NOW + 2 * MINUTE_MS);
  const [letter] = await Array.fromAsync(again.chosen({}));
  assert.equal(letter.isDoubted, false);
  const line = { ...letter, json: '{"as":"sent"}', bytes: 13 };
  await again.noteRefusal(letter, line, { status: 413, reason: "large" });
  await again.save();
  const [due] = await again.due(ALL);
  const { isDoubted, dead, json, status, tries } = { ...letter, ...due };
  assert.deepEqual([isDoubted, dead, json, status, tries], [true, false, line.json, 413, 1]);
  assert.deepEqual((await again.counts()).setAside, { events: 1, bytes: 13, sinceMs: NOW });
});

Deno.test("a letter that does not count yet is not taken away by a delivery elsewhere", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep([refusal("a", { dead: true })], 1);
  await box.settle("live", 1);
  await box.of("backfill").keep([refusal("b", { dead: true })], 1);
  const seen = { timeMs: 0, fingerprint: "" };
  const delivered = ["a", "b", "c"].map((eventId) => ({ eventId, seen }));
  await box.of("live").noteDelivered!(delivered);
  await box.settle("backfill", 1);
  assert.equal((await box.counts()).deadLetters, 1);
  assert.deepEqual((await Array.fromAsync(box.chosen({}))).map(({ eventId }) => eventId), ["b"]);
});

Deno.test("what is set aside is due at once when the destination accepts, the oldest first, as much as fits", async () => {
  const w = world();
  const json = `{"pad":"${"x".repeat(90)}"}`;
  const aside = (id: string) => refusal(id, { dead: false, json });
  const { box } = await w.at(NOW);
  await box.of("live").keep([aside("c")], 1);
  await box.settle("live", 1);
  const { box: muchLater } = await w.at(NOW + HOUR_MS);
  await muchLater.refusedAgain((await muchLater.due(ALL)).map(counted));
  await muchLater.save();
  const { box: later } = await w.at(NOW + HOUR_MS + MINUTE_MS);
  await later.of("live").keep([aside("a"), aside("b"), refusal("dead")], 2);
  assert.equal(later.of("live").setAside.events, 3, "with what this turn has added");
  await later.settle("live", 2);
  assert.deepEqual(later.of("live").setAside, { events: 3, bytes: 300, sinceMs: NOW });
  const due = async () => (await later.due(ALL)).map(({ eventId }) => eventId);
  assert.deepEqual(await due(), ["a", "b"], "in each run for an hour, less often then");
  const one = await later.due({ ...ALL, maxBytes: 250, envelopeBytes: 30, accepting: true });
  assert.deepEqual(one.map(({ eventId }) => eventId), ["c"], "envelopes take room too");
  const some = await later.due({ ...ALL, maxBytes: 250, accepting: true });
  assert.deepEqual(some.map(({ eventId }) => eventId), ["c", "a"]);
  await later.remove(["c", "a"]);
  const rest = await later.due({ ...ALL, maxBytes: 250, accepting: true });
  assert.deepEqual(rest.map(({ eventId }) => eventId), ["b"]);
  await later.remove(["b"]);
  assert.deepEqual(later.of("live").setAside, { events: 0, bytes: 0, sinceMs: null });
});

Deno.test("as long as nothing is accepted, what was tried longest ago is due first", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  const letters = ["a", "b", "c"].map((id) => refusal(id, { dead: false }));
  await box.of("live").keep(letters, 1);
  await box.settle("live", 1);
  const one = { ...ALL, maxEvents: 1 };
  const turns: string[] = [];
  for (let run = 1; run <= 4; run++) {
    const { box: next } = await w.at(NOW + run * MINUTE_MS);
    const due = await next.of("live").due(one);
    turns.push(...due.map(({ eventId }) => eventId));
    await next.of("live").refusedAgain(due.map((letter) => ({ ...letter, counts: false })));
    await next.save();
  }
  assert.deepEqual(turns, ["a", "b", "c", "a"]);
  const { box: last } = await w.at(NOW + 5 * MINUTE_MS);
  const [oldest] = await last.of("live").due({ ...one, accepting: true });
  assert.equal(oldest.eventId, "a");
});

Deno.test("after a death while letters are removed, they are counted anew", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep(["a", "b", "c"].map((id) => refusal(id)), 1);
  await box.settle("live", 1);
  await box.remove(["a"]);
  const { box: next } = await w.at(NOW);
  assert.equal((await next.counts()).deadLetters, 2);
});

Deno.test("to know how many there are costs one row, however many they are", async () => {
  const w = world();
  const { box } = await w.at(NOW);
  await box.of("live").keep(Array.from({ length: 200 }, (_, i) => refusal(`event ${i}`)), 1);
  await box.settle("live", 1);
  const { host, box: next } = await w.at(NOW);
  assert.equal((await next.counts()).deadLetters, 200);
  assert.deepEqual(await next.due(ALL), []);
  assert.deepEqual(host.operations, ["local.get dead-letters", "local.get dead-letters"]);
});

/** A host whose process dies once it has written a dead letter. */
function dyingAtLetter(host: Platform): Platform {
  let dead = false;
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    dead ? Promise.reject(new Error("died")) : work();
  const mortal = (store: KeyValueStore): KeyValueStore => ({
    get: (key) => alive(() => store.get(key)),
    put: (key, value) =>
      alive(async () => {
        await store.put(key, value);
        dead = key.startsWith("dead-letter/");
        if (dead) throw new Error("died");
      }),
    delete: (key) => alive(() => store.delete(key)),
    list: (prefix) => alive(() => store.list(prefix)),
  });
  return {
    ...host,
    fetch: (input, init) => alive(() => host.fetch(input, init)),
    local: mortal(host.local),
    published: mortal(host.published),
  };
}

Deno.test("an event whose letter was kept by a run that died before its commit comes once", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson, xsiam } = environment;
  livePerson.add(
    Array.from({ length: 20 }, (_, i) => changeAt(NOW - HOUR_MS + i, { newValue: `${i}` })),
  );
  const storage = newStorage();
  const at = (nowMs: number) => collectorIn(environment, mortalHost(storage, () => nowMs));
  xsiam.poison = (event) => event.newValue === "3";
  await collectorIn(environment, dyingAtLetter(mortalHost(storage, () => NOW))).collect("cron")
    .catch(() => {});
  assert.ok([...storage.local.keys()].some((key) => key.startsWith("dead-letter/")));
  xsiam.poison = () => false;
  assert.deepEqual(
    [(await at(NOW).deadLetters(10)).count, await at(NOW).redeliver(10)],
    [0, { delivered: 0, refused: 0, left: 0 }],
    "it does not count, and is not delivered",
  );
  await at(NOW + 5 * MINUTE_MS).collect("cron");
  assert.deepEqual(await at(NOW + DAY_MS).redeliver(10), { delivered: 0, refused: 0, left: 0 });
  const poisoned = xsiam.events.filter((event) => event.newValue === "3");
  assert.equal(poisoned.length, 1);
  assert.equal(xsiam.ids.size, 20);
});
