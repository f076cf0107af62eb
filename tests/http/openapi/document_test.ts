/** The API description: it is valid, it has every route and every problem, and takes what the code takes. */
import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { apiDocument } from "../../../src/http/openapi/document.ts";
import { createApp } from "../../../src/http/app.ts";
import { readBackfillRange } from "../../../src/http/routing/backfill_arguments.ts";
import { readGetEventsArguments } from "../../../src/http/routes/event_arguments.ts";
import { ROUTES } from "../../../src/http/routes/index.ts";
import { REASONS } from "../../../src/problems.ts";
import type { Json } from "../../cloudflare/stage.ts";
import { Described } from "./described.ts";

const api = JSON.parse(JSON.stringify(apiDocument(ROUTES)));
const described = new Described(api);

/** The status page and what it is made of: for people, and described on `/docs` by a link. */
const PAGE = [
  "GET /",
  "GET /icon.svg",
  "GET /events",
  "GET /events.csv",
  "GET /events.json",
  "GET /activity",
  "GET /actions/:action",
  "GET /actions/backfill",
  "GET /actions/discard",
  "GET /actions/redeliver",
  "GET /undelivered",
  "POST /actions/:action",
  "GET /sign-in",
  "POST /sign-in",
  "POST /sign-out",
  "POST /sign-out-everywhere",
];

Deno.test("the description is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(api);
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, "3.1");
});

Deno.test("every reference leads somewhere", () => {
  for (const [, ref] of JSON.stringify(api).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(ref in api.components.schemas, ref);
  }
});

Deno.test("every route of the app is described, and no other", () => {
  const app = createApp({ connect: () => assert.fail(), now: () => 0, log: () => {} });
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  const known = [...described.operations, ...PAGE];
  assert.deepEqual([...new Set(routes)].sort(), known.sort());
});

Deno.test("every problem is described, with what to do, by at least one route", () => {
  assert.deepEqual(api["x-problems"], REASONS);
  const codes = described.operations.flatMap((name) =>
    Object.values(described.operation(name).responses).flatMap(({ content }: Json) =>
      content["application/problem+json"]?.schema.properties.code.enum ?? []
    )
  );
  assert.deepEqual([...new Set([...codes, "not_found"])].sort(), Object.keys(REASONS).sort());
});

Deno.test("the description takes the arguments that the code takes, and refuses what it refuses", () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...api, $id: "api" });
  const value = fc.oneof(
    fc.integer({ min: -5, max: 10_005 }),
    fc.integer({ min: -5, max: 10_005 }).map(String),
    fc.double(),
    fc.boolean(),
    fc.boolean().map(String),
    fc.constantFrom(null, "", "abc", [], {}, "1.5", "00012"),
  );
  const time = fc.constantFrom("3 days", "yesterday", "2023-10-25T10:00:00+02:00", 3, null, true);
  const nowMs = Date.UTC(2026, 0);
  const cases = [
    ["GetEventsArguments", readGetEventsArguments, {
      ...{ limit: value, should_push_events: value, account: value, limti: value },
      start_time: time,
      format: fc.constantFrom("native", "ecs", "ocsf", "ECS", " ecs", "", null, 1),
    }],
    ["BackfillArguments", readBackfillRange, { from: time, account: value, until: value }],
  ] as const;
  for (const [name, read, fields] of cases) {
    const validate = ajv.getSchema(`api#/components/schemas/${name}`)!;
    fc.assert(
      fc.property(fc.record(fields as never, { requiredKeys: [] }), (given: Json) => {
        const json = JSON.parse(JSON.stringify(given));
        assert.equal(validate(json), isTaken(() => read(json, nowMs)), JSON.stringify(json));
      }),
      { seed: 5, numRuns: 2000 },
    );
  }
});

function isTaken(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
