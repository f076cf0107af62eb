/** A redelivery from the page that needs more requests than one run has: what was not tried is told, until nothing is left. */
import assert from "node:assert/strict";
import { askEach } from "../../../src/collector/fleet.ts";
import { serve } from "../../../src/collector/service.ts";
import { ACTIONS } from "../../../src/http/dashboard/actions.ts";
import { listPipelines } from "../../../src/pipelines/pipelines.ts";
import { mortalHost, newStorage } from "../../collector/mortal_host.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../../environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

Deno.test("of a group, what was refused for another reason than before does not hide what was not tried", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson, xsiam, settings } = environment;
  const host = mortalHost(newStorage(), () => NOW);
  const served = (requests: string) => {
    const [entry] = listPipelines({ ...settings, REQUESTS_PER_RUN: requests }, "workers");
    return { pipeline: entry.pipeline, service: serve(entry, host) };
  };
  livePerson.add(Array.from({ length: 70 }, (_, i) => changeAt(NOW - MINUTE_MS + i)));
  xsiam.poison = () => true;
  await served("900").service.collect("cron");
  const { pipeline, service } = served("45");
  const listed = await service.deadLetters(1, { grouped: true });
  assert.ok(listed.ok);
  const { reason, letters } = listed.value.groups![0];
  let pushes = 0;
  xsiam.poison = () => pushes++ % 2 === 0;
  xsiam.poisonStatus = 413;
  const collectors = { pipelines: [pipeline], of: () => service, ask: askEach(() => service) };
  const notice = await ACTIONS.get("redeliver")!.perform(collectors, pipeline, { reason }, NOW);
  const untried = letters - pushes;
  assert.ok(untried > 0 && pushes > 10, `${pushes} pushes`);
  assert.match(notice.lines.join(), new RegExp(`\\b${untried} events were not tried`));
});

Deno.test("a group that is too large for one redelivery is done with a few, and each tells what it left", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson, xsiam } = environment;
  const host = mortalHost(newStorage(), () => NOW);
  const served = (requests: string) => {
    const settings = { ...environment.settings, REQUESTS_PER_RUN: requests };
    const [entry] = listPipelines(settings, "workers");
    return { pipeline: entry.pipeline, service: serve(entry, host) };
  };
  livePerson.add(Array.from({ length: 70 }, (_, i) => changeAt(NOW - MINUTE_MS + i)));
  xsiam.poison = () => true;
  await served("900").service.collect("cron");
  xsiam.poison = undefined;

  const { pipeline, service } = served("45");
  const listed = await service.deadLetters(1, { grouped: true });
  assert.ok(listed.ok);
  const [{ reason, letters }] = listed.value.groups!; // some were refused alone, which is another reason
  assert.ok(letters > 60, `${letters}`);
  const collectors = { pipelines: [pipeline], of: () => service, ask: askEach(() => service) };
  const notices: string[] = [];
  for (let isDone = false; !isDone;) {
    assert.ok(notices.length < 5, notices.join("\n"));
    const notice = await ACTIONS.get("redeliver")!.perform(collectors, pipeline, { reason }, NOW);
    notices.push(`${notice.title}: ${notice.lines.join(" ")}`);
    isDone = notice.ok;
  }
  let untried = letters;
  for (const notice of notices) {
    const delivered = Number(/^(\d+) events? redelivered/.exec(notice)?.[1]);
    assert.ok(delivered > 0);
    untried -= delivered;
    const told = /(\d+) events? w\w+ not tried/.exec(notice)?.[1] ?? "0";
    assert.equal(Number(told), untried, notice);
  }
  assert.equal(untried, 0);
  assert.ok(notices.length > 1);
});
