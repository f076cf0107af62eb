/** Dead letters are read, grouped by reason, delivered again and discarded: one, a group, or all. */
import assert from "node:assert/strict";
import { startElasticsearch } from "../../scripts/simulators/elasticsearch.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { redeliverAll } from "../../scripts/dead_letters/chosen_letters.ts";
import type { StopSignal } from "../../scripts/cli/stop_signal.ts";
import type { Target } from "../../scripts/target/target.ts";
import { type LetterChoice, toldLetters } from "../../src/collector/records/letter_choice.ts";
import { samplePipeline } from "../http/dashboard/sample_app.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

/** A collector with five dead letters, for two reasons, of an event with each format. */
async function opened(settings: Record<string, string> = {}, now = () => NOW) {
  const environment = await openEnvironment({ livePerson: { now } });
  const { livePerson, xsiam } = environment;
  const host = mortalHost(newStorage(), now);
  const collector = collectorIn(environment, host, settings);
  const refused = async (status: 400 | 413, count: number, fromMs: number) => {
    livePerson.add(
      Array.from({ length: count }, (_, i) => changeAt(fromMs + i, { newValue: `bad ${i}` })),
    );
    livePerson.add([changeAt(fromMs + count, { newValue: "good" })]);
    xsiam.poison = (event) => JSON.stringify(event).includes('"bad ');
    xsiam.poisonStatus = status;
    const report = await collector.collect("cron");
    assert.deepEqual([report.outcome, report.deadLettered], ["ok", count]);
  };
  await refused(400, 3, NOW - MINUTE_MS);
  await refused(413, 2, NOW - MINUTE_MS + 100);
  return {
    ...{ environment, collector, lines: host.lines },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

for (const format of ["native", "ecs", "ocsf"]) {
  Deno.test(`a letter says who, what, which object and how large, in ${format} too`, async () => {
    await using s = await opened({ XSIAM_FORMAT: format });
    const { letters: [first] } = await s.collector.deadLetters(1);
    const { letters: [{ json }] } = await s.collector.deadLetters(1, { eventId: first.eventId });
    const events = await s.collector.getEvents({
      limit: 10,
      startMs: NOW - MINUTE_MS,
      push: false,
    });
    const event = events.events.find(({ event_id: id }) => id === first.eventId)!;
    assert.equal(first.who, event.changedBy);
    assert.equal(first.what, [event.changeType, event.element].filter(Boolean).join(", "));
    assert.equal(first.object, `${event.objectType}: ${event.objectName}`);
    assert.equal(first.bytes, new TextEncoder().encode(json).length);
    assert.equal(first.timeMs, Date.parse(event._time));
  });
}

Deno.test("letters are counted by reason, listed page by page, and found by their reason", async () => {
  await using s = await opened();
  const { count, groups, letters, next } = await s.collector.deadLetters(2, { grouped: true });
  assert.deepEqual([count, letters.length, groups?.map((group) => group.letters)], [5, 2, [3, 2]]);
  const rest = await s.collector.deadLetters(10, { after: next! });
  assert.deepEqual([rest.letters.length, rest.next, rest.groups], [3, null, undefined]);
  const [{ reason }] = groups!;
  const tall = await s.collector.deadLetters(10, { reason });
  assert.deepEqual([tall.letters.length, tall.next], [3, null]);
  assert.ok(tall.letters.every((letter) => letter.reason === reason));
});

Deno.test("one, a group or all are delivered again", async () => {
  await using s = await opened();
  const { groups, letters: [first] } = await s.collector.deadLetters(1, { grouped: true });
  s.environment.xsiam.poison = undefined;
  const one = await s.collector.redeliver(10, { ids: [first.eventId, "unknown"] });
  assert.deepEqual(one, { delivered: 1, refused: 0, left: 4 });
  const { reason, letters } = groups!.find((group) => group.reason !== first.reason)!;
  const group = await s.collector.redeliver(10, { reason });
  assert.deepEqual(group, { delivered: letters, refused: 0, left: 4 - letters });
  const all = await s.collector.redeliver(10);
  assert.deepEqual([all.delivered, all.left], [4 - letters, 0]);
  assert.deepEqual(new Set(s.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("one, a group or all are discarded for good, which is counted and logged", async () => {
  await using s = await opened();
  const { groups, letters: [first] } = await s.collector.deadLetters(1, { grouped: true });
  const discard = (choice: Parameters<typeof s.collector.discardLetters>[0]) =>
    s.collector.discardLetters(choice);
  assert.deepEqual(await discard({ ids: [first.eventId] }), { discarded: 1, left: 4 });
  const { reason, letters } = groups!.find((group) => group.reason !== first.reason)!;
  assert.deepEqual(await discard({ reason }), { discarded: letters, left: 4 - letters });
  assert.deepEqual(await discard({}), { discarded: 4 - letters, left: 0 });
  const { state, undelivered, health } = await s.collector.status();
  assert.deepEqual([state, undelivered.total, health.totals.discarded], ["healthy", 0, 5]);
  const logged = s.lines.filter(({ event }) => event === "dead_letters_discarded");
  assert.deepEqual(logged.map(({ level, discarded }) => [level, discarded]), [
    ["warn", 1],
    ["warn", letters],
    ["warn", 4 - letters],
  ]);
  assert.equal((await s.collector.collect("cron")).delivered, 0);
  assert.equal(s.environment.xsiam.count, 2);
});

Deno.test("what is set aside is discarded too, if that is asked for, and then no longer tried", async () => {
  await using s = await opened();
  const { environment: { livePerson, xsiam }, collector } = s;
  livePerson.add(["waits", "goes"].map((newValue, i) => changeAt(NOW - 1000 + i, { newValue })));
  xsiam.poison = () => true;
  await collector.collect("cron");
  const { undelivered } = await collector.status();
  assert.deepEqual([undelivered.deadLetters, undelivered.setAside], [5, 2]);
  const { groups, letters } = await collector.deadLetters(10, { grouped: true });
  const counts = groups!.map(({ letters, dead }) => [letters, dead]);
  assert.deepEqual(counts.sort(([, a], [, b]) => a - b), [[4, 2], [3, 3]]);
  const idOf = (value: string) => letters.find(({ json }) => json.includes(value))!.eventId;
  const [waits, goes] = [idOf('"waits"'), idOf('"goes"')];
  assert.deepEqual(await collector.discardLetters({ ids: [goes] }), { discarded: 1, left: 6 });
  xsiam.poison = (event) => JSON.stringify(event).includes('"bad ');
  assert.equal((await collector.collect("cron")).delivered, 1);
  assert.equal(xsiam.deliveries().get(waits), 1);
  assert.equal(xsiam.deliveries().has(goes), false);
  xsiam.poison = () => true;
  livePerson.add([changeAt(NOW - 10, { newValue: "goes with all" })]);
  await collector.collect("cron");
  assert.deepEqual(await collector.discardLetters({}), { discarded: 6, left: 0 });
  xsiam.poison = undefined;
  assert.equal((await collector.collect("cron")).delivered, 0);
  const { undelivered: { total }, health } = await collector.status();
  assert.deepEqual([total, health.totals.discarded], [0, 7]);
});

Deno.test("a redelivery that fails on the way says and counts what it delivered", async () => {
  await using s = await opened();
  const { xsiam } = s.environment;
  xsiam.poison = undefined;
  xsiam.faults.when("push", (n) => n >= 2 ? { status: 401 } : undefined);
  const { problem, ...counts } = await s.collector.redeliver(10);
  assert.deepEqual(counts, { delivered: 2, refused: 0, left: 3 });
  assert.equal(problem?.code, "destination_unauthorized");
  const { undelivered, health } = await s.collector.status();
  assert.deepEqual([undelivered.total, health.totals.delivered], [3, 2 + 2]);
  assert.equal(health.lastDelivery?.events, 2);
  await assert.rejects(s.collector.redeliver(10), /XSIAM answered 401/);
  xsiam.faults.clear();
  assert.equal((await s.collector.redeliver(10)).delivered, 3);
  assert.deepEqual(new Set(xsiam.deliveries().values()), new Set([1]));
});

Deno.test("what is refused again has the reason of now, and runs try it when they would have", async () => {
  let now = NOW;
  await using s = await opened({}, () => now);
  const list = async () => await s.collector.deadLetters(10, { grouped: true });
  const { groups, letters: before } = await list();
  const first = before.find(({ status }) => status === 400)!;
  now += MINUTE_MS;
  s.environment.xsiam.poisonStatus = 413;
  assert.equal((await s.collector.redeliver(10, { ids: [first.eventId] })).refused, 1);
  const one = await list();
  assert.deepEqual(one.groups!.map(({ letters }) => letters), [3, 2]);
  const again = one.letters.find(({ eventId }) => eventId === first.eventId)!;
  const { reason } = groups!.find(({ status }) => status === 413)!;
  const refusedAt = new Date(now).toISOString();
  assert.deepEqual(again, { ...first, status: 413, reason, refusedAt });
  assert.deepEqual([first.tries, typeof first.nextTryAt], [1, "string"]);

  await s.collector.redeliver(10);
  assert.deepEqual((await list()).groups!.map(({ status, letters }) => [status, letters]), [[
    413,
    5,
  ]]);
  now = Date.parse(first.nextTryAt!);
  await s.collector.collect("cron");
  assert.deepEqual((await list()).letters.map(({ tries }) => tries), [2, 2, 2, 2, 2]);
});

Deno.test("an answer that only asks to wait is no refusal: the letter stays as it is", async () => {
  let now = NOW;
  await using environment = await openEnvironment({ livePerson: { now: () => now } });
  await using simulator = await startElasticsearch({ credentials: { apiKey: "a2V5LWlkOmtleQ==" } });
  const collector = collectorIn(environment, mortalHost(newStorage(), () => now), {
    ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
    ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: "a2V5LWlkOmtleQ==" },
  });
  environment.livePerson.add(["bad", "good"].map((newValue, i) => changeAt(NOW + i, { newValue })));
  const failing = (status: number, type: string) => {
    simulator.itemError = (document) =>
      JSON.stringify(document).includes('"bad"') ? { status, type } : undefined;
  };
  now += MINUTE_MS;
  failing(400, "document_parsing_exception");
  assert.equal((await collector.collect("cron")).deadLettered, 1);
  const { letters: before } = await collector.deadLetters(10);
  now += MINUTE_MS;
  failing(429, "es_rejected_execution_exception");
  assert.equal((await collector.redeliver(10)).delivered, 0);
  assert.deepEqual((await collector.deadLetters(10)).letters, before);
});

Deno.test("redelivering all tries each once, however many calls that takes", async () => {
  await using s = await opened();
  const calls: number[] = [];
  const target = {
    async redeliver(_: unknown, limit: number, choice: LetterChoice) {
      calls.push(limit);
      return await s.collector.redeliver(Math.min(limit, 2), choice);
    },
  } as Target;
  await s.collector.redeliver(3); // the next call begins after these
  const chosen = { choice: {}, letters: 5, dead: 5 };
  const result = await redeliverAll(target, samplePipeline("12345678"), chosen, {
    stopped: false,
  } as StopSignal);
  assert.deepEqual(result, { delivered: 0, refused: 5, left: 5, tried: 5 });
  assert.deepEqual(calls, [5, 3, 1]);
});

for (const way of ["start-over", "backfill"] as const) {
  Deno.test(`an event that a ${way} delivers is no longer kept as undelivered`, async () => {
    await using s = await opened();
    const { collector, environment: { xsiam } } = s;
    const { letters } = await collector.deadLetters(10);
    xsiam.poison = ({ event_id }) => event_id === letters[0].eventId;
    if (way === "start-over") await collector.forgetCursor();
    else await collector.startBackfill({ fromMs: NOW - 2 * MINUTE_MS, toMs: NOW });
    const report = await collector.collect("cron");
    assert.deepEqual([report.outcome, report.refused], ["ok", 1]);
    const { undelivered } = await collector.status();
    assert.deepEqual([undelivered.deadLetters, undelivered.setAside], [1, 0]);
    const { letters: [left] } = await collector.deadLetters(10);
    const { eventId, cursor, revision } = letters[0];
    assert.deepEqual([left.eventId, left.cursor, left.revision], [eventId, cursor, revision]);
    const times = letters.slice(1).map(({ eventId }) => xsiam.deliveries().get(eventId));
    assert.deepEqual(times, [1, 1, 1, 1]);
    xsiam.poison = undefined;
    assert.deepEqual(await collector.redeliver(10), { delivered: 1, refused: 0, left: 0 });
  });
}

Deno.test("letters in words say how many of them are set aside", () => {
  const told = ([letters, dead]: [number, number]) => toldLetters(letters, dead);
  const all: [number, number][] = [[1200, 1200], [5, 3], [5, 0], [1, 0], [0, 0]];
  assert.deepEqual(all.map(told), [
    "1,200 refused events",
    "5 refused events, 2 of them set aside",
    "5 refused events, all of them set aside",
    "1 refused event, set aside",
    "0 refused events",
  ]);
});
