/** A destination gets events in the format that its settings ask for. */
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
  ocsf: { id: (event) => event.metadata.uid, own: (event) => event.entity.name },
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
