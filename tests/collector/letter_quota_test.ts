/** Dead letters have a quota: at it a run fails loudly, nothing is lost, and nothing comes twice. */
import assert from "node:assert/strict";
import type { Undelivered } from "../../src/engine/ports.ts";
import { asKept, fullness, hasContent, roomFor } from "../../src/collector/records/letter_quota.ts";
import type { KeptLetter } from "../../src/collector/records/kept_letter.ts";
import { listedCut } from "../../src/collector/records/listed_letter.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const EMPTY = { deadLetters: 0, deadBytes: 0 };

function letter(json: string, fields: Partial<Undelivered> = {}): Undelivered {
  const refused = { reason: "bad", status: 400, refusedAlone: true, isDoubted: false, dead: true };
  return { eventId: "a-1", occurrence: 1, timeMs: NOW, json, ...refused, ...fields };
}

Deno.test("the quota counts letters and their bytes, whichever is full first", () => {
  const small = (count: number) => Array.from({ length: count }, () => letter("{}"));
  assert.deepEqual(roomFor(EMPTY, small(10), 10), { letters: 10, full: null });
  const { letters, full } = roomFor({ deadLetters: 4, deadBytes: 8 }, small(11), 10);
  assert.deepEqual([letters, full?.code], [6, "dead_letters_full"]);
  assert.equal(roomFor({ deadLetters: 10, deadBytes: 0 }, [], 10).full, null);
  const large = letter("x".repeat(300_000));
  assert.equal(roomFor(EMPTY, [large], 10).full, null);
  assert.equal(roomFor(EMPTY, [large, large], 10).letters, 1);
  assert.equal(fullness({ deadLetters: 1, deadBytes: 250_000 }, 10), 0.5);
});

Deno.test("what is only set aside doesn't count, but finds no room once there is none for dead letters", () => {
  const aside = Array.from({ length: 20 }, () => letter("{}", { dead: false }));
  assert.equal(roomFor({ deadLetters: 9, deadBytes: 0 }, aside, 10).full, null);
  assert.equal(roomFor({ deadLetters: 10, deadBytes: 0 }, aside, 10).letters, 0);
});

Deno.test("of an event that can't be sent at all, no more than what identifies it is kept once such take much", () => {
  const unsendable = letter(`{"v":"${"x".repeat(100_000)}"}`, { status: null, origin: {} });
  assert.equal(asKept(unsendable, EMPTY, 10), unsendable);
  const kept = asKept(unsendable, { deadLetters: 1, deadBytes: 100_000 }, 10);
  const { sha256, ...rest } = JSON.parse(kept.json);
  assert.deepEqual(rest, {
    event_id: "a-1",
    _time: "2026-03-10T12:00:00.000Z",
    bytes: 100_008,
    content: "too large to be kept",
  });
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.ok(!("origin" in kept));
  assert.deepEqual([unsendable, kept].map(hasContent), [true, false], "the rest is never sent");
  const sendable = letter(unsendable.json);
  assert.equal(asKept(sendable, { deadLetters: 9, deadBytes: 400_000 }, 10), sendable);
});

Deno.test("a large letter is listed with its long values cut, as JSON", () => {
  const list = (json: string) =>
    listedCut({ json, bytes: json.length, origin: { a: 1 } } as KeptLetter);
  const long = list(JSON.stringify({ name: "kept", value: "x".repeat(5_000_000) }));
  assert.deepEqual([long.cut, JSON.parse(long.json).name], [true, "kept"]);
  assert.ok(long.json.length < 2000);
  const many = list(JSON.stringify({ values: Array.from({ length: 100_000 }, () => "x") }));
  assert.ok(many.cut && many.json.length < 4000);
  JSON.parse(many.json);
  const short = list('{"name":"kept"}');
  const untold = { who: null, what: null, object: null };
  assert.deepEqual(short, { json: '{"name":"kept"}', cut: false, bytes: 15, ...untold });
});

Deno.test("at the quota the run fails, what was taken is delivered once, and the rest waits in the source", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson, xsiam } = environment;
  const all = Array.from(
    { length: 20 },
    (_, i) => changeAt(NOW - (20 - i) * MINUTE_MS, { newValue: `${i}` }),
  );
  livePerson.add(all);
  const storage = newStorage();
  const host = mortalHost(storage, () => NOW);
  const collector = (max: string) => collectorIn(environment, host, { MAX_DEAD_LETTERS: max });
  const refused = new Set(["3", "8", "15"]);
  xsiam.poison = ({ newValue }) => refused.has(String(newValue));

  for (let run = 0; run < 3; run++) {
    const report = await collector("2").collect("cron");
    assert.equal(report.problem?.code, "dead_letters_full");
    assert.equal(report.deadLettered, run === 0 ? 2 : 0, "as many as there is room for");
  }
  const failing = await collector("2").status();
  assert.deepEqual([failing.state, failing.deadLetters, xsiam.count], ["failing", 2, 17]);
  assert.deepEqual(new Set(xsiam.deliveries().values()), new Set([1]), "nothing came twice");

  livePerson.add([changeAt(NOW - 30_000, { newValue: "one that is taken" })]);
  const report = await collector("5").collect("cron");
  assert.deepEqual([report.outcome, report.delivered, report.deadLettered], ["ok", 1, 1]);
  const { alarming, because } = await collector("5").verdict();
  assert.equal(alarming, true);
  assert.match(because, /Dead letters take 60% of their room/);
  assert.equal((await collector("6000").verdict()).alarming, false);

  const { letters: [first] } = await collector("5").deadLetters(1);
  const { letters, count } = await collector("5").deadLetters(100, { eventId: first.eventId });
  assert.deepEqual([letters.map(({ eventId }) => eventId), count], [[first.eventId], 3]);
  assert.deepEqual((await collector("5").deadLetters(100, { eventId: "none" })).letters, []);

  xsiam.poison = () => false;
  assert.deepEqual(await collector("5").redeliver(10), { delivered: 3, refused: 0, left: 0 });
  assert.equal(xsiam.count, 21);
  assert.deepEqual(new Set(xsiam.deliveries().values()), new Set([1]));
});

Deno.test("events are read for one at a time; a few wait, and more are turned away", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson } = environment;
  livePerson.add(Array.from({ length: 20 }, (_, i) => changeAt(NOW - i * MINUTE_MS)));
  let inFlight = 0;
  let most = 0;
  const host = mortalHost(newStorage(), () => NOW);
  const collector = collectorIn(environment, {
    ...host,
    async fetch(input, init) {
      most = Math.max(most, ++inFlight);
      try {
        return await host.fetch(input, init);
      } finally {
        inFlight--;
      }
    },
  });
  const ask = () => collector.getEvents({ limit: 5, startMs: NOW - 60 * MINUTE_MS, push: false });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, ask));
  const refusals = outcomes.flatMap((one) => one.status === "rejected" ? one.reason.code : []);
  assert.deepEqual(refusals, Array(16).fill("get_events_running"));
  assert.equal(most, 1);
  assert.equal((await ask()).events.length, 5, "once they are answered, there is room again");
});
