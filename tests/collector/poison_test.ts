/** Poison does not block: a refused event is kept with its reason, the rest is delivered. */
import assert from "node:assert/strict";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

async function poisoned(poisonStatus: number, count = 20) {
  const environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add(
    Array.from(
      { length: count },
      (_, i) => changeAt(NOW - (count - i) * MINUTE_MS, { newValue: `${i}` }),
    ),
  );
  environment.xsiam.poisonStatus = poisonStatus as 400;
  const storage = newStorage();
  const host = mortalHost(storage, () => NOW);
  return {
    ...{ environment, storage, host, collector: collectorIn(environment, host) },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

/** So many changes of so many characters, numbered from 0, so many milliseconds apart. */
function large(count: number, characters: number, stepMs = 1) {
  const padding = "x".repeat(characters);
  return Array.from(
    { length: count },
    (_, i) => changeAt(NOW - MINUTE_MS + i * stepMs, { newValue: `${i} ${padding}` }),
  );
}

for (const status of [400, 413, 500]) {
  Deno.test(`an event that is refused with ${status} goes to the dead letters, the rest is delivered`, async () => {
    await using p = await poisoned(status);
    p.environment.xsiam.poison = (event) => event.newValue === "7" || event.newValue === "8";
    const report = await p.collector.collect("cron");
    assert.deepEqual([report.outcome, report.delivered, report.deadLettered], ["ok", 18, 2]);
    const { letters, count } = await p.collector.deadLetters(10);
    assert.equal(count, 2);
    assert.deepEqual(letters.map((letter) => letter.status), [status, status]);
    assert.deepEqual(letters.map((letter) => JSON.parse(letter.json).newValue).sort(), ["7", "8"]);
    assert.equal((await p.collector.status()).deadLetters, 2);

    p.environment.xsiam.poison = (event) => event.newValue === "8";
    assert.deepEqual(await p.collector.redeliver(10), { delivered: 1, refused: 1, left: 1 });
    p.environment.xsiam.poison = () => false;
    assert.deepEqual(await p.collector.redeliver(10), { delivered: 1, refused: 0, left: 0 });
    assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
    assert.equal(p.environment.xsiam.count, 20);
  });
}

Deno.test("when nothing gets through, nothing is given up, and the error says what to check", async () => {
  await using p = await poisoned(400);
  p.environment.xsiam.compression = "none";
  const report = await p.collector.collect("cron");
  assert.equal(report.problem?.code, "destination_refuses_everything");
  assert.match(report.problem?.action ?? "", /XSIAM_COMPRESSION/);
  const { undelivered, state } = await p.collector.verdict();
  assert.deepEqual([state, undelivered], ["failing", {
    ...{ deadLetters: 0, setAside: 20, gaps: 0, stalledBackfills: 0 },
    total: 20,
  }]);
  p.environment.xsiam.compression = "gzip";
  assert.equal((await p.collector.collect("cron")).delivered, 20);
});

Deno.test("a single new event that is refused waits until another one gets through", async () => {
  await using p = await poisoned(400, 1);
  p.environment.xsiam.poison = (event) => event.newValue === "0";
  assert.equal((await p.collector.collect("cron")).outcome, "failed");
  p.environment.livePerson.add([changeAt(NOW - 1, { newValue: "good" })]);
  const report = await p.collector.collect("cron");
  assert.deepEqual([report.delivered, report.deadLettered], [1, 1]);
});

Deno.test("a long run of poison at the front does not hide that the rest gets through", async () => {
  await using p = await poisoned(400, 200);
  p.environment.xsiam.poison = (event) => Number(event.newValue) < 150;
  for (let run = 0; run < 40; run++) {
    const { more, delivered, outcome } = await p.collector.collect("cron");
    if (outcome === "ok" && !more && delivered === 0) break;
  }
  assert.equal(p.environment.xsiam.count, 50);
  assert.equal((await p.collector.deadLetters(1)).count, 150);
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("a delivery that breaks off half-way goes on where it was, without repeats", async () => {
  await using p = await poisoned(400, 64);
  p.environment.xsiam.poison = (event) => event.newValue === "40";
  p.environment.xsiam.faults.when("push", (n) => n === 6 ? { status: 401 } : undefined);
  const first = await p.collector.collect("cron");
  assert.equal(first.problem?.code, "destination_unauthorized");
  assert.ok(first.delivered > 0);
  const second = await p.collector.collect("cron");
  assert.equal(first.delivered + second.delivered, 63);
  assert.equal(first.deadLettered + second.deadLettered, 1);
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("a batch of nothing but poison waits for the next one, and is settled once", async () => {
  await using p = await poisoned(400, 0);
  p.environment.livePerson.add(large(9, 400_000));
  p.environment.xsiam.poison = (event) => Number(String(event.newValue).split(" ")[0]) < 3;
  const report = await p.collector.collect("cron");
  assert.deepEqual(
    [report.outcome, report.delivered, report.deadLettered, report.more],
    ["ok", 6, 3, false],
  );
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("a good event that was set aside behind large refused ones does not wait for an hour", async () => {
  await using p = await poisoned(400, 0);
  p.environment.livePerson.add(large(24, 300_000, 100));
  p.environment.xsiam.poison = ({ newValue }) => {
    const number = parseInt(String(newValue));
    return number >= 3 && number < 19;
  };
  for (let run = 0; run < 4; run++) {
    const collector = collectorIn(
      p.environment,
      mortalHost(p.storage, () => NOW + run * MINUTE_MS),
    );
    const { problem, requests } = await collector.collect("cron");
    assert.ok([undefined, "destination_refuses_everything"].includes(problem?.code));
    assert.ok((requests.xsiam ?? 0) <= 45);
  }
  assert.equal(p.environment.xsiam.count, 8);
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("each dead letter gets its turn, though those before it are refused for good", async () => {
  await using p = await poisoned(400, 120);
  p.environment.xsiam.poison = (event) => Number(event.newValue) % 2 === 1;
  for (let run = 0; run < 20; run++) {
    if (!(await p.collector.collect("cron")).goesOn) break;
  }
  const { letters, count } = await p.collector.deadLetters(100);
  assert.deepEqual([count, letters.length], [60, 60]);
  const hopeless = new Set(letters.slice(0, 40).map((letter) => letter.eventId));
  p.environment.xsiam.poison = (event) => hopeless.has(String(event.event_id));
  assert.equal((await p.collector.redeliver(100)).delivered, 0, "one run has too few requests");
  const second = await p.collector.redeliver(100);
  assert.deepEqual([second.delivered, second.left], [20, 40]);
});

Deno.test("dead letters are tried again by themselves, after an hour and after a day", async () => {
  await using p = await poisoned(400, 20);
  const at = (nowMs: number) =>
    collectorIn(p.environment, mortalHost(p.storage, () => nowMs)).collect("cron");
  const isOf = (values: readonly string[]) => ({ newValue }: { newValue?: unknown }) =>
    values.includes(String(newValue));
  p.environment.xsiam.poison = isOf(["7", "8"]);
  assert.equal((await at(NOW)).deadLettered, 2);
  const pushes = p.environment.xsiam.requests.length;
  await at(NOW + HOUR_MS - MINUTE_MS);
  assert.equal(p.environment.xsiam.requests.length, pushes, "not before an hour has passed");

  p.environment.xsiam.poison = isOf(["8"]);
  p.environment.livePerson.add([changeAt(NOW + HOUR_MS, { newValue: "new" })]);
  const later = await at(NOW + HOUR_MS + MINUTE_MS);
  assert.deepEqual([later.outcome, later.delivered], ["ok", 2]);
  assert.equal((await p.collector.status()).deadLetters, 1);

  p.environment.xsiam.poison = undefined;
  await at(NOW + 2 * HOUR_MS);
  assert.equal((await p.collector.status()).deadLetters, 1, "the next time is a day later");
  assert.equal((await at(NOW + 26 * HOUR_MS)).delivered, 1);
  assert.equal((await p.collector.status()).deadLetters, 0);
  assert.equal(p.environment.xsiam.count, 21);
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("what waits while everything is refused for hours is kept, told, and delivered in the end", async () => {
  await using p = await poisoned(400, 300);
  const at = (nowMs: number) =>
    collectorIn(p.environment, mortalHost(p.storage, () => nowMs)).collect("cron");
  p.environment.xsiam.poison = () => true;
  let nowMs = NOW;
  for (; nowMs < NOW + 3 * HOUR_MS; nowMs += 10 * MINUTE_MS) {
    p.environment.livePerson.add([changeAt(nowMs, { newValue: `at ${nowMs}` })]);
    await at(nowMs);
  }
  const { undelivered, state } = await p.collector.verdict();
  assert.equal(undelivered.deadLetters, 0, "nothing is given up");
  assert.ok(undelivered.setAside > 0);
  assert.notEqual(state, "healthy");

  p.environment.xsiam.poison = undefined;
  for (const minutes of [0, 10, 20]) await at(nowMs + minutes * MINUTE_MS);
  assert.equal(p.environment.xsiam.count, 318);
  assert.deepEqual(new Set(p.environment.xsiam.deliveries().values()), new Set([1]));
  assert.deepEqual((await p.collector.verdict()).undelivered, {
    ...{ deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 0, total: 0 },
  });
});

Deno.test("a list of dead letters is never too large for an isolate: large ones are cut", async () => {
  await using p = await poisoned(400, 0);
  p.environment.livePerson.add(large(5, 3_000_000));
  p.environment.livePerson.add([changeAt(NOW - MINUTE_MS - 1, { newValue: "good" })]);
  p.environment.xsiam.poison = (event) => event.newValue !== "good";
  await p.collector.collect("cron");
  const { letters, count } = await p.collector.deadLetters(100);
  assert.deepEqual([count, letters.length], [5, 5]);
  assert.ok(letters.every(({ cut }) => cut) && JSON.stringify(letters).length < 50_000);
  const { letters: [whole] } = await p.collector.deadLetters(100, { eventId: letters[0].eventId });
  assert.equal(JSON.parse(whole.json).newValue.length, "0 ".length + 3_000_000);
});

Deno.test("a 500 that is not XSIAM's own word about the format is no refusal", async () => {
  await using p = await poisoned(400, 20);
  const body = "<html>An error occurred. More information may be in the server's log.</html>";
  p.environment.xsiam.faults.when("push", (n) => n <= 4 ? { status: 500, body } : undefined);
  const report = await p.collector.collect("cron");
  assert.deepEqual([report.problem?.code, report.delivered], ["upstream_failed", 0]);
  assert.equal((await p.collector.collect("cron")).delivered, 20);
});
