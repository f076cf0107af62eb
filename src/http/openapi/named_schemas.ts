/** Finds the named schemas that the routes use, at any depth, for the API description. Pure. */
import type * as v from "valibot";
import type { Route } from "../routing/route.ts";
import { nameOf, Problem } from "../routing/schemas.ts";

/** By name, in the order in which the routes use them. */
export function namedSchemas(routes: readonly Route[]): Readonly<Record<string, v.GenericSchema>> {
  const found = new Map<string, v.GenericSchema>();
  const used = routes.flatMap(({ arguments: given, answers, failures }) => [
    ...(given === undefined ? [] : [given.schema]),
    ...Object.values(answers).flatMap(({ content }) => Object.values(content).flat()),
    ...failures.map(({ schema }) => schema),
  ]);
  for (const schema of [Problem, ...used]) collect(schema, found);
  return Object.fromEntries(found);
}

/** Adds the schema, if it has a name, and the named ones inside it. */
function collect(schema: v.GenericSchema, found: Map<string, v.GenericSchema>): void {
  const name = nameOf(schema);
  if (name !== undefined) {
    const known = found.get(name);
    if (known === schema) return;
    if (known !== undefined) throw new Error(`two schemas have the name ${name}`);
    found.set(name, schema);
  }
  for (const inner of innerSchemas(schema)) collect(inner, found);
}

/** The schemas of an object's fields, a list's members, a record's values, or a union's alternatives. */
function innerSchemas(schema: v.GenericSchema): readonly v.GenericSchema[] {
  const { entries = {}, item, value, wrapped, options = [] } = schema as Partial<Inner>;
  const alternatives = options.filter((option) => typeof option === "object");
  return [...Object.values(entries), item, value, wrapped, ...alternatives]
    .filter((inner) => inner !== undefined);
}

/** Where valibot keeps them. A picklist's options are strings. */
interface Inner {
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
  readonly item: v.GenericSchema;
  readonly value: v.GenericSchema;
  readonly wrapped: v.GenericSchema;
  readonly options: readonly (v.GenericSchema | string)[];
}
