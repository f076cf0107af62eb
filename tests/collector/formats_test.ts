/** A destination gets events in the format that its settings ask for, also those that it refused in another one. */
import assert from "node:assert/strict";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

// deno-lint-ignore no-explicit-any
type Json = any;

const FORMATS: Readonly<
  Record<string, { id: (event: Json) => string; own: (event: Json) => Json }>
> = {
  native: { id: (event) => event.event_id, own: (event) => event.objectName },
  ecs: { id: (event) => event.event.id, own: (event) => event.liveperson.audit.object_name },
  ocsf: { id: (event) => event.metadata.uid, own: (event) => event.entity?.name },
};

Deno.test("events are delivered in the format that is set, with the same id in each", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add([changeAt(NOW - MINUTE_MS, { objectName: "Anna Berg" })]);
  const ids = new Set<string>();
  for (const [format, { id, own }] of Object.entries(FORMATS)) {
    const host = mortalHost(newStorage(), () => NOW);
    await collectorIn(environment, host, { XSIAM_FORMAT: format }).collect("cron");
    const event = environment.xsiam.events.at(-1);
    assert.equal(own(event), "Anna Berg", format);
    ids.add(id(event));
  }
  assert.equal(environment.xsiam.events.length, 3);
  assert.equal(ids.size, 1);
});

Deno.test("what is set must be a format", async () => {
  await using environment = await openEnvironment();
  assert.throws(
    () => collectorIn(environment, mortalHost(newStorage(), () => NOW), { XSIAM_FORMAT: "cef" }),
    /XSIAM_FORMAT must be native, ecs or ocsf/,
  );
});

Deno.test("what was refused for its format is delivered once the format is corrected", async () => {
  for (const [wrong, right] of [["native", "ecs"], ["ecs", "native"], ["ocsf", "ecs"]]) {
    let now = NOW;
    await using environment = await openEnvironment({ livePerson: { now: () => now } });
    const { livePerson, xsiam } = environment;
    const { own, id } = FORMATS[right];
    const names = ["Anna", "Berit", "Carl"];
    livePerson.add(names.map((objectName, i) => changeAt(NOW - i * MINUTE_MS, { objectName })));
    const isRight = (event: Json) => "@timestamp" in event === (right === "ecs");
    xsiam.poison = (event) => !isRight(event);
    const storage = newStorage();
    const collector = (format: string) =>
      collectorIn(environment, mortalHost(storage, () => now), { XSIAM_FORMAT: format });
    const refused = await collector(wrong).collect("cron");
    assert.equal(refused.problem?.code, "destination_refuses_everything");
    now += MINUTE_MS;
    const report = await collector(right).collect("cron");
    assert.deepEqual([report.problem, report.deadLettered], [undefined, 0], `${wrong} to ${right}`);
    assert.deepEqual(xsiam.events.map(own).sort(), names);
    assert.equal(new Set(xsiam.events.map(id)).size, 3);
    assert.deepEqual(await collector(right).deadLetters(10), { count: 0, letters: [], next: null });
  }
});

Deno.test("a dead letter is redelivered in the format that is set by then, and is listed without what it is made of", async () => {
  let now = NOW;
  await using environment = await openEnvironment({ livePerson: { now: () => now } });
  const { livePerson, xsiam } = environment;
  const storage = newStorage();
  const collector = (format: string) =>
    collectorIn(environment, mortalHost(storage, () => now), { XSIAM_FORMAT: format });
  livePerson.add([changeAt(NOW, { objectName: "bad" }), changeAt(NOW, { objectName: "good" })]);
  xsiam.poison = (event) => FORMATS.ocsf.own(event) === "bad" || "accountId" in event;
  assert.equal((await collector("ocsf").collect("cron")).deadLettered, 1);
  const { letters: [letter] } = await collector("ocsf").deadLetters(10);
  assert.equal(FORMATS.ocsf.own(JSON.parse(letter.json)), "bad");
  assert.ok(!("origin" in letter));

  // refused again in another format, it is kept as it was sent then
  now += 2 * 60 * MINUTE_MS;
  await collector("native").collect("cron");
  const { letters: [again] } = await collector("native").deadLetters(10);
  assert.equal(FORMATS.native.own(JSON.parse(again.json)), "bad");
  assert.equal(again.tries, 2);

  const { delivered, left } = await collector("ecs").redeliver(10);
  assert.deepEqual([delivered, left], [1, 0]);
  assert.equal(FORMATS.ecs.own(xsiam.events.at(-1)), "bad");
});
