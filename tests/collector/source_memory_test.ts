/**
 * What is remembered of how an account speaks, over days: a field that is missing is tried again, and
 * a wire format is left only if it is refused for long. The clock is the test's.
 */
import assert from "node:assert/strict";
import type { Fault } from "../../scripts/simulators/faults.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

/** An account that speaks both formats, and its collector at times that the test chooses. */
async function opened(now = NOW) {
  let sourceMs = now;
  const environment = await openEnvironment({
    livePerson: { now: () => sourceMs, wire: "both", tokenLifetimeSeconds: 30 * 86_400 },
  });
  const { livePerson } = environment;
  const storage = newStorage();
  return {
    livePerson,
    xsiam: environment.xsiam,
    /** One run, in which formats it asked, and how often for `actionType`. */
    async run(atMs: number) {
      sourceMs = atMs;
      const before = livePerson.requests.length;
      const collector = collectorIn(environment, mortalHost(storage, () => atMs));
      const report = await collector.collect("cron");
      const bodies = livePerson.requests.slice(before)
        .filter(({ target }) => target === "audit").map(({ body }) => body);
      const asked = bodies.map((body) => "query" in JSON.parse(body) ? "graphql" : "rest");
      const tries = bodies.filter((body) => body.includes("actionType")).length;
      return { report, asked, tries, status: () => collector.status() };
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

Deno.test("a field that is missing is shown, tried again every day, and used once it is there", async () => {
  await using s = await opened();
  s.livePerson.knowsActionType = false;
  s.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  const first = await s.run(NOW);
  assert.deepEqual(first.report.missingFields, ["actionType"]);
  assert.deepEqual((await first.status()).health.lastRun?.missingFields, ["actionType"]);
  assert.deepEqual([first.tries, (await s.run(NOW + DAY_MS - MINUTE_MS)).tries], [1, 0]);

  const tried = await s.run(NOW + DAY_MS);
  assert.equal(tried.tries, 1);
  assert.deepEqual(tried.report.missingFields, ["actionType"]);
  assert.equal((await s.run(NOW + DAY_MS + MINUTE_MS)).tries, 0, "once a day");
  const { cursor } = await tried.status();
  const [{ since, tried: triedAt }] =
    (cursor as { source: { without: { since: string; tried: string }[] } })
      .source.without;
  assert.deepEqual([since, triedAt], ["2026-03-10T12:00:00.000Z", "2026-03-11T12:00:00.000Z"]);

  s.livePerson.knowsActionType = true;
  s.livePerson.add([changeAt(NOW + 2 * DAY_MS - MINUTE_MS)]);
  const { report } = await s.run(NOW + 2 * DAY_MS);
  assert.deepEqual(report.missingFields, []);
  assert.equal(s.xsiam.events.at(-1)?.actionType, "Edit");
});

const REFUSED: Fault = { status: 400 };

Deno.test("an account changes over once its format was refused in three runs over an hour", async () => {
  await using s = await opened();
  await s.run(NOW);
  s.livePerson.wire = "rest";
  for (const minute of [5, 35, 64]) {
    const { report, asked } = await s.run(NOW + minute * MINUTE_MS);
    assert.deepEqual([report.problem?.code, asked], ["audit_refused", ["graphql"]]);
  }
  s.livePerson.add([changeAt(NOW + HOUR_MS)]);
  const { report, asked } = await s.run(NOW + 65 * MINUTE_MS);
  assert.deepEqual([report.outcome, report.delivered], ["ok", 1]);
  // the place of the other listing is searched for
  assert.deepEqual(asked, ["graphql", "rest", "rest"]);
  assert.deepEqual((await s.run(NOW + 70 * MINUTE_MS)).asked, ["rest"]);
});

Deno.test("two runs are not enough, however far apart, and a success begins the count anew", async () => {
  await using s = await opened();
  await s.run(NOW);
  for (const hour of [1, 2, 4, 5, 7, 8]) {
    s.livePerson.faults.next("audit", REFUSED);
    const { report, asked } = await s.run(NOW + hour * HOUR_MS);
    assert.deepEqual([report.problem?.code, asked], ["audit_refused", ["graphql"]]);
    if (hour % 3 === 2) await s.run(NOW + (hour + 1) * HOUR_MS);
  }
  assert.deepEqual((await s.run(NOW + 10 * HOUR_MS)).asked, ["graphql"]);
});

Deno.test("outages and answers without data never change the format over, however long they last", async (t) => {
  const faults: [string, Fault][] = [
    ["500", { status: 500 }],
    ["a dropped connection", { drop: "before" }],
    ["no data", { garbage: '{"data":null}' }],
    ["a GraphQL error", { garbage: '{"errors":[{"message":"Internal server error"}]}' }],
  ];
  for (const [name, fault] of faults) {
    await t.step(name, async () => {
      await using s = await opened();
      await s.run(NOW);
      s.livePerson.faults.always("audit", fault);
      for (const hour of [1, 2, 3, 4, 5]) {
        const { report, asked } = await s.run(NOW + hour * HOUR_MS);
        assert.equal(report.outcome, "failed");
        assert.deepEqual(new Set(asked), new Set(["graphql"]));
      }
      s.livePerson.faults.clear();
      assert.deepEqual((await s.run(NOW + 6 * HOUR_MS)).asked, ["graphql"]);
    });
  }
});

Deno.test("an account stays with its format while the other one answers no better", async () => {
  await using s = await opened();
  await s.run(NOW);
  s.livePerson.faults.always("audit", { status: 404 });
  for (const hour of [1, 2, 3, 4]) {
    const { report } = await s.run(NOW + hour * HOUR_MS);
    assert.equal(report.problem?.code, "audit_refused");
  }
  s.livePerson.faults.clear();
  assert.deepEqual((await s.run(NOW + 5 * HOUR_MS)).asked, ["graphql"]);
});
