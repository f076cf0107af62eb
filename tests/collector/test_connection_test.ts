/** The Test button tries what the next run would use, and says whether a new sign-in would help. */
import assert from "node:assert/strict";
import { kindOf } from "../../src/destinations/catalog.ts";
import { ACCOUNT, changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

/** A collector that has run once. Whoever shows the token of that run gets a login page, if it is `spoilt`. */
async function afterOneRun(clock = () => NOW) {
  const environment = await openEnvironment({ livePerson: { now: clock } });
  const storage = newStorage();
  const spoilt = { isOn: false, token: "" };
  const host = mortalHost(storage, clock);
  const collector = collectorIn(environment, {
    ...host,
    async fetch(input, init) {
      const token = new Headers(init?.headers).get("Authorization") ?? "";
      if (String(input).includes("/metadata/audit")) spoilt.token ||= token;
      return spoilt.isOn && token === spoilt.token
        ? new Response("<html>Sign in</html>", { headers: { "Content-Type": "text/html" } })
        : await host.fetch(input, init);
    },
  });
  environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  assert.equal((await collector.collect("cron")).outcome, "ok");
  return {
    ...{ environment, storage, spoilt, collector },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a remembered token that fails each run fails the test, which says that a new one works", async () => {
  await using s = await afterOneRun();
  s.spoilt.isOn = true;
  assert.equal((await s.collector.collect("cron")).problem?.code, "upstream_unreadable");
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["ok", "ok", "failed"]);
  assert.equal(steps[2].problem?.code, "upstream_unreadable");
  assert.match(steps[2].because!, /It works with a new sign-in/);
  assert.equal((await s.collector.collect("cron")).outcome, "ok", "it is forgotten");
});

Deno.test("credentials that are refused by now fail the test while the runs still have a token", async () => {
  await using s = await afterOneRun();
  s.environment.livePerson.faults.always("token", { status: 401 });
  assert.equal((await s.collector.collect("cron")).outcome, "ok");
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["ok", "failed", "ok"]);
  assert.equal(steps[1].problem?.code, "credentials_refused");
  assert.match(steps[1].because!, /Once it expires, they will fail too/);
});

Deno.test("credentials that are refused by now are the step that fails, also once the runs' token is too", async () => {
  await using s = await afterOneRun();
  s.environment.livePerson.setSecret(ACCOUNT, "changed");
  s.environment.livePerson.revokeTokens();
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["ok", "failed", "skipped"]);
  assert.equal(steps[1].problem?.code, "credentials_refused");
});

Deno.test("hosts that are found no more fail the test while the runs still remember them", async () => {
  await using s = await afterOneRun();
  s.environment.livePerson.faults.always("domain", { status: 404 });
  assert.equal((await s.collector.collect("cron")).outcome, "ok");
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["failed", "ok", "ok"]);
  assert.equal(steps[0].problem?.code, "discovery_failed");
  assert.match(steps[0].because!, /The runs still use an earlier sign-in/);
});

Deno.test("a remembered host that fails each run fails the test, which tries a new one", async () => {
  await using s = await afterOneRun();
  const { livePerson } = s.environment;
  livePerson.faults.always("audit", { status: 404 });
  const problem = (await s.collector.collect("cron")).problem?.code;
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["ok", "ok", "failed"]);
  assert.equal(steps[2].problem?.code, problem);
  assert.match(steps[2].because!, /Signing in again does not help/);
});

Deno.test("where a new sign-in fails as well, the test says so, and nothing is forgotten", async () => {
  await using s = await afterOneRun();
  s.environment.livePerson.forbidden = true;
  const session = s.storage.local.get("session");
  const steps = await s.collector.testSource();
  assert.deepEqual(steps.map(({ outcome }) => outcome), ["ok", "ok", "failed"]);
  assert.match(steps[2].because!, /Signing in again does not help/);
  assert.equal(s.storage.local.get("session"), session);
});

Deno.test("a destination that has no harmless call is not tried, and the test says why and what the runs met", async () => {
  let nowMs = NOW;
  await using s = await afterOneRun(() => nowMs);
  const because = (kindOf("xsiam")!.connectionCheck as { because: string }).because;
  const works = await s.collector.testDestination();
  assert.deepEqual([works?.outcome, works?.destination], ["skipped", "xsiam"]);
  assert.ok(works!.because!.startsWith(because));
  assert.match(works!.because!, /took events last at 2026-03-10T12:00:00/);

  nowMs += MINUTE_MS;
  s.environment.xsiam.faults.always("push", { status: 401 });
  s.environment.livePerson.add([changeAt(NOW - 1)]);
  assert.equal((await s.collector.collect("cron")).problem?.code, "destination_unauthorized");
  const fails = await s.collector.testDestination();
  assert.match(fails!.because!, /got there, at 2026-.*, failed: XSIAM refused the API key/);

  s.environment.livePerson.forbidden = true;
  assert.equal((await s.collector.collect("cron")).problem?.code, "audit_forbidden");
  assert.equal(
    (await s.collector.testDestination())!.because,
    fails!.because,
    "it did not get there",
  );
  nowMs += MINUTE_MS;
  s.environment.livePerson.forbidden = false;
  s.environment.xsiam.faults.clear();
  assert.equal((await s.collector.collect("cron")).delivered, 1);
  assert.match((await s.collector.testDestination())!.because!, /took events last at/);
});
