/**
 * The two wire formats of the audit API: how each is asked, how the collector finds out which one an
 * account speaks, and that it remembers what it found out.
 */
import assert from "node:assert/strict";
import type { Fault } from "../../scripts/simulators/faults.ts";
import { change } from "../environment.ts";
import { type Json, Stage } from "./stage.ts";

const HTML = "<!DOCTYPE html><title>Not found</title>";

/** The bodies of the audit requests from number `from` on, parsed. */
function bodies(stage: Stage, from = 0): Json[] {
  return stage.livePerson.requests.filter(({ target }) => target === "audit").slice(from)
    .map(({ body }) => JSON.parse(body));
}

/** The arguments of a GraphQL query, as they are written. */
function argumentsOf({ query }: { query: string }): Record<string, string> {
  const list = /auditData\(([^)]*)\)/.exec(query)![1];
  return Object.fromEntries(list.split(", ").map((argument) => argument.split(": ")));
}

/** The fields that a GraphQL query asks for. */
function fieldsOf({ query }: { query: string }): string[] {
  return /\)\s*\{([^}]*)\}/.exec(query)![1].trim().split(/\s+/);
}

const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

Deno.test("graphql asks with a single field, everything spelt out in the query", async () => {
  const FIRST_FETCH = `${yesterday()}T12:00:00Z`;
  const settings = { LIVEPERSON_AUDIT_API: "graphql", FIRST_FETCH };
  await using stage = await Stage.open({ settings });
  const all = stage.addRecent();
  await stage.cron();
  stage.assertDelivered(all);
  const [body] = bodies(stage);
  assert.deepEqual(Object.keys(body), ["query"]);
  assert.deepEqual(argumentsOf(body), {
    fromDate: `"${FIRST_FETCH.slice(0, 10)}"`,
    first: "500",
    offset: "0",
    orderBy: '["changeTimestamp"]',
    orderDirection: "[ASC]",
    language: '"en-US"',
    timezone: '"UTC"',
    lpa: "true",
    automaticUpdates: "false",
  });
});

Deno.test("rest asks as the reference does", async () => {
  const FIRST_FETCH = `${yesterday()}T12:00:00Z`;
  const settings = { LIVEPERSON_AUDIT_API: "rest", FIRST_FETCH };
  await using stage = await Stage.open({ settings, livePerson: { wire: "rest" } });
  stage.add(Array.from({ length: 600 }, (_, i) => change({ element: `Element ${i}` })));
  await stage.cron();
  const elements = stage.xsiam.events.map(({ element }) => element);
  assert.equal(stage.xsiam.count, 600);
  assert.equal(new Set(elements).size, 600);
  const [first, ...further] = bodies(stage);
  assert.deepEqual(first, {
    fromData: `${FIRST_FETCH.slice(0, 10)}T00:00:00Z`,
    first: 500,
    offset: 0,
    orderBy: "changeTimestamp:ASC",
  });
  assert.ok(further.some(({ offset }) => offset > 0));
});

Deno.test("auto recognises the wire format by the answer, and remembers it", async (t) => {
  for (const wire of ["graphql", "rest"] as const) {
    await t.step(wire, async () => {
      await using stage = await Stage.open({ livePerson: { wire } });
      stage.addRecent(3);
      await stage.cron();
      assert.equal(stage.xsiam.count, 3);
      const [cursor] = Object.values(await stage.stored());
      assert.equal(JSON.parse(cursor).source.api, wire);
      const asked = bodies(stage).map((body) => "query" in body ? "graphql" : "rest");
      assert.deepEqual(asked, wire === "graphql" ? ["graphql"] : ["graphql", "rest"]);

      stage.addRecent(2);
      const { report } = await stage.cron();
      assert.deepEqual(report.requests, { audit: 1, xsiam: 1 });
      assert.equal(stage.xsiam.count, 5);
      assert.equal("query" in bodies(stage).at(-1), wire === "graphql");
    });
  }
});

/** In which formats the audit requests from number `from` on were made. */
function formats(stage: Stage, from = 0): string[] {
  return bodies(stage, from).map((body) => "query" in body ? "graphql" : "rest");
}

Deno.test("a format that has worked is not left for the other one because an answer", async (t) => {
  const cases: [string, Fault, number, string][] = [
    ["is 404", { status: 404, body: HTML }, 4, "audit_refused"],
    ["is 400", { status: 400 }, 2, "audit_refused"],
    ["is 500", { status: 500 }, 20, "upstream_failed"],
    ["has no data", { garbage: '{"data":null}' }, 2, "upstream_unreadable"],
    ["has no records", { garbage: '{"data":{"auditData":null}}' }, 2, "upstream_unreadable"],
    ["is an empty list of the other format", { garbage: '{"data":[]}' }, 2, "upstream_unreadable"],
  ];
  await using stage = await Stage.open({ livePerson: { wire: "both" } });
  const all = [...stage.addRecent()];
  await stage.cron();
  for (const [name, fault, times, code] of cases) {
    await t.step(name, async () => {
      stage.livePerson.faults.next("audit", fault, times);
      const failed = [await stage.cron(), await stage.cron()];
      assert.deepEqual(failed.map(({ report }) => report.problem.code), [code, code]);
      all.push(...stage.addRecent());
      assert.equal((await stage.cron()).invocation, "ok");
      stage.assertDelivered(all);
    });
  }
  assert.deepEqual(new Set(formats(stage)), new Set(["graphql"]));
});

Deno.test("what fails at first does not tell which format an account speaks", async (t) => {
  await t.step("a server that fails for a moment speaks GraphQL all the same", async () => {
    await using stage = await Stage.open({ livePerson: { wire: "both" } });
    const all = stage.addRecent();
    stage.livePerson.faults.next("audit", { status: 500 }, 4);
    assert.equal((await stage.cron()).invocation, "ok");
    stage.assertDelivered(all);
    await stage.cron();
    assert.deepEqual(formats(stage).slice(-2), ["graphql", "graphql"]);
  });

  await t.step("one that stumbles over GraphQL each time is asked in the other one", async () => {
    await using stage = await Stage.open({ livePerson: { wire: "rest" } });
    stage.addRecent(3);
    const stumbles = [0, 1, 2, 3, 5, 6, 7, 8];
    stage.livePerson.faults.when(
      "audit",
      (n) => stumbles.includes(n) ? { status: 500 } : undefined,
    );
    assert.equal((await stage.cron()).invocation, "ok");
    assert.equal(stage.xsiam.count, 3);
    await stage.cron();
    assert.equal(formats(stage).at(-1), "rest");
  });

  await t.step("an answer without data leaves it open", async () => {
    await using stage = await Stage.open({ livePerson: { wire: "both" } });
    stage.addRecent();
    stage.livePerson.faults.next("audit", { garbage: '{"data":null}' });
    assert.equal((await stage.cron()).report.problem.code, "upstream_unreadable");
    assert.equal((await stage.cron()).invocation, "ok");
    assert.deepEqual(formats(stage), ["graphql", "graphql"]);
  });
});

Deno.test("an error that quotes the query drops no field", async () => {
  await using stage = await Stage.open();
  const all = [...stage.addRecent()];
  await stage.cron();
  const everything = fieldsOf(bodies(stage)[0]);
  for (
    const failsWith of [
      (query: string) => `Unknown error while executing: ${query}`,
      () => "Exception while fetching data (/auditData) : field 'newValue' too long",
    ]
  ) {
    stage.livePerson.failsWith = failsWith;
    const { report } = await stage.cron();
    assert.equal(report.problem.code, "upstream_failed");
    assert.equal(report.requests.audit, 5, "single records tell it from a bad page");
  }
  stage.livePerson.failsWith = undefined;
  all.push(...stage.addRecent());
  assert.equal((await stage.cron()).invocation, "ok");
  assert.deepEqual(fieldsOf(bodies(stage).at(-1)), everything);
  stage.assertDelivered(all);
});

Deno.test("a format that was set and isn't the account's fails, and names the setting", async (t) => {
  for (const [set, wire] of [["graphql", "rest"], ["rest", "graphql"]] as const) {
    await t.step(`${set} where the account speaks ${wire}`, async () => {
      const settings = { LIVEPERSON_AUDIT_API: set };
      await using stage = await Stage.open({ settings, livePerson: { wire } });
      stage.addRecent();
      const { invocation, report } = await stage.cron();
      assert.equal(invocation, "exception");
      assert.equal(report.problem.code, "audit_refused");
      assert.match(report.problem.action, /LIVEPERSON_AUDIT_API/);
      assert.equal(stage.xsiam.count, 0);
    });
  }
});

Deno.test("what a GraphQL server doesn't know is left out of the next query, and of all later ones", async (t) => {
  for (const graphqlErrorStatus of [200, 400] as const) {
    await t.step(`actionType, complained of with ${graphqlErrorStatus}`, async () => {
      const livePerson = { knowsActionType: false, graphqlErrorStatus };
      await using stage = await Stage.open({ livePerson });
      const all = [...stage.addRecent()];
      await stage.cron();
      stage.assertDelivered(all);
      const [first, second] = bodies(stage);
      assert.ok(fieldsOf(first).includes("actionType"));
      assert.deepEqual(fieldsOf(second), fieldsOf(first).filter((name) => name !== "actionType"));
      const [event] = stage.xsiam.events;
      assert.equal(event.changeType, null);
      assert.ok(!("actionType" in event));
      assert.equal(event.objectType, "USER");
      assert.equal(event.newValue, "true");

      all.push(...stage.addRecent());
      const { report } = await stage.cron();
      assert.deepEqual(report.missingFields, ["actionType"]);
      assert.deepEqual(report.requests, { audit: 1, xsiam: 1 });
      assert.ok(!fieldsOf(bodies(stage).at(-1)).includes("actionType"));
      stage.assertDelivered(all);
    });

    await t.step(
      `a direction that is an enum, complained of with ${graphqlErrorStatus}`,
      async () => {
        const livePerson = { orderDirectionLiteral: "string", graphqlErrorStatus } as const;
        await using stage = await Stage.open({ livePerson });
        const all = [...stage.addRecent()];
        await stage.cron();
        all.push(...stage.addRecent());
        await stage.cron();
        stage.assertDelivered(all);
        const directions = bodies(stage).map((body) => argumentsOf(body).orderDirection);
        assert.deepEqual(directions, ["[ASC]", '["ASC"]', '["ASC"]']);
      },
    );
  }

  await t.step("both", async () => {
    const livePerson = { knowsActionType: false, orderDirectionLiteral: "string" } as const;
    await using stage = await Stage.open({ livePerson });
    const all = stage.addRecent();
    assert.equal((await stage.cron()).invocation, "ok");
    stage.assertDelivered(all);
    assert.deepEqual((await stage.cron()).report.requests, { audit: 1 });
  });
});

Deno.test("INCLUDE_LPA_CHANGES and INCLUDE_AUTOMATIC_UPDATES decide what is collected", async (t) => {
  const by = { nobody: {}, vendor: { originatorIsLpa: true }, system: { automatic: true } };
  const cases = [
    [undefined, undefined, ["nobody", "vendor"]],
    ["true", "true", ["nobody", "vendor", "system"]],
    ["false", "true", ["nobody", "system"]],
    ["false", "false", ["nobody"]],
  ] as const;
  for (const [lpa, automatic, collected] of cases) {
    await t.step(`${lpa ?? "default"}, ${automatic ?? "default"}`, async () => {
      const settings = { INCLUDE_LPA_CHANGES: lpa, INCLUDE_AUTOMATIC_UPDATES: automatic };
      await using stage = await Stage.open({ settings });
      stage.add(Object.entries(by).map(([element, fields]) => change({ element, ...fields })));
      await stage.cron();
      assert.deepEqual(stage.xsiam.events.map(({ element }) => element), collected);
    });
  }
});
