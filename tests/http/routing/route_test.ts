/**
 * A route's handler is held against its schemas by the compiler: each `@ts-expect-error` here is a
 * mistake that does not compile. The type check fails if one of them does.
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import { TOKEN } from "../../../src/http/auth/bearer.ts";
import { json, refuse, text } from "../../../src/http/routing/reply.ts";
import { defineRoute, inJson } from "../../../src/http/routing/route.ts";
import { inQuery } from "../../../src/http/routing/arguments.ts";
import { named, Problem, Text } from "../../../src/http/routing/schemas.ts";
import { problemOf } from "../../../src/http/routing/problems.ts";

const Beer = named(
  "Beer",
  v.object({ name: v.string(), hops: v.array(v.object({ grams: v.number() })) }),
);
const TooWarm = named("TooWarm", v.object({ ...Problem.entries, degrees: v.number() }));

const BEER = {
  id: "getBeer",
  method: "GET",
  path: "/beer",
  access: TOKEN,
  summary: "",
  words: "",
  examples: [],
  problems: [],
  arguments: inQuery(v.object({ size: v.pipe(v.string(), v.transform(Number)) })),
  answers: { 200: { words: "", content: { "application/json": [Beer], "text/plain": [Text] } } },
  failures: [{ codes: [], schema: TooWarm }],
} as const;

const beer = { name: "Kellerbier", hops: [{ grams: 20 }] };
const problem = problemOf("internal", "");

Deno.test("a handler answers what its route's schemas describe", async () => {
  const routes = [
    defineRoute({ ...BEER, handle: () => json(200, beer) }),
    defineRoute({ ...BEER, handle: async () => await Promise.resolve(json(200, beer)) }),
    defineRoute({ ...BEER, handle: () => text("text/plain", "Kellerbier") }),
    defineRoute({ ...BEER, handle: () => refuse(problem) }),
    defineRoute({ ...BEER, handle: () => refuse({ ...problem, degrees: 18 }) }),
  ];
  for (const { handle } of routes) assert.ok((await handle({} as never)).body);
});

Deno.test("what does not fit the schemas does not compile", () => {
  const routes = [
    // @ts-expect-error a field is missing
    defineRoute({ ...BEER, handle: () => json(200, { name: "" }) }),
    // @ts-expect-error a field is of another type, further down
    defineRoute({ ...BEER, handle: () => json(200, { ...beer, hops: [{ grams: "20" }] }) }),
    // @ts-expect-error no schema has the field
    defineRoute({ ...BEER, handle: () => json(200, { ...beer, price: 5 }) }),
    // @ts-expect-error no schema has the field, further down
    defineRoute({ ...BEER, handle: () => json(200, { ...beer, hops: [{ grams: 20, of: "" }] }) }),
    // @ts-expect-error not in one of two answers
    defineRoute({ ...BEER, handle: ({ args }) => json(200, args.size > 1 ? beer : { size: 1 }) }),
    // @ts-expect-error no such status is described
    defineRoute({ ...BEER, handle: () => json(201, beer) }),
    // @ts-expect-error no such media type is described
    defineRoute({ ...BEER, handle: () => text("text/html", "") }),
    // @ts-expect-error a problem has more to say than that
    defineRoute({ ...BEER, handle: () => refuse({ status: 500 }) }),
    // @ts-expect-error no problem of this route has the field
    defineRoute({ ...BEER, handle: () => refuse({ ...problem, litres: 1 }) }),
    // @ts-expect-error an argument that there is not
    defineRoute({ ...BEER, handle: ({ args }) => json(200, { ...beer, name: args.colour }) }),
    // @ts-expect-error an argument is what its schema makes of it
    defineRoute({ ...BEER, handle: ({ args }) => json(200, { ...beer, name: args.size }) }),
    // @ts-expect-error the only schema of the only answer is another one
    defineRoute({ ...BEER, answers: { 200: inJson("", TooWarm) }, handle: () => json(200, beer) }),
  ];
  assert.equal(routes.length, 12);
});
