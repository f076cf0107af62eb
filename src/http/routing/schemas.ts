/** Schemas that the answers of several routes share, and functions that describe a schema. Pure. */
import * as v from "valibot";
import { KINDS } from "../../destinations/catalog.ts";
import { UPSTREAM_LABELS } from "../../errors.ts";
import { REASONS } from "../../problems.ts";

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const instant = v.pipe(v.string(), v.isoTimestamp());
export const account = v.pipe(v.string(), v.description("The account concerned."));

export const destination = v.pipe(
  v.nullable(v.picklist(KINDS.map(({ id }) => id))),
  v.description("The destination, as `?destination=` names it; null if there is none."),
);

/** A schema with a description. Not for a named schema, which has its own. */
export function told<S extends v.GenericSchema>(schema: S, words: string) {
  return v.pipe(schema, v.description(words));
}

/** A schema that the API description lists under this name, with a description if it needs one. */
export function named<S extends v.GenericSchema>(name: string, schema: S, words?: string) {
  return v.pipe(schema, v.metadata({ name, ...(words !== undefined && { description: words }) }));
}

/** A named object that may have any other fields. */
export function namedOpen<S extends v.GenericSchema>(name: string, schema: S, words: string) {
  return v.pipe(schema, v.metadata({ name, description: words, additionalProperties: true }));
}

/** The name that `named` gave. */
export function nameOf(schema: v.GenericSchema): string | undefined {
  const { name } = v.getMetadata(schema);
  return typeof name === "string" ? name : undefined;
}

/** The services that the collector calls, as problems and counts name them. */
export const SERVICES: readonly string[] = [
  ...Object.keys(UPSTREAM_LABELS),
  ...KINDS.map((kind) => kind.id),
];

export const Text = named("Text", v.string());

export const Problem = named(
  "Problem",
  v.object({
    type: told(v.string(), "Where the code is explained; relative to the collector's address."),
    title: told(v.string(), "What went wrong, in a few words."),
    status: told(v.pipe(v.number(), v.integer()), "The HTTP status."),
    code: told(v.picklist(Object.keys(REASONS)), "Stable: programs may rely on it."),
    detail: told(v.string(), "What was attempted, and what was found."),
    action: v.optional(told(v.string(), "What to do about it.")),
    upstream: v.optional(told(
      v.object({
        name: v.picklist(SERVICES),
        status: v.optional(
          told(v.pipe(v.number(), v.integer()), "The HTTP status that it answered with."),
        ),
      }),
      "The service that failed.",
    )),
    account: v.optional(account),
    destination: v.optional(told(v.string(), "The destination of the run or command.")),
    runId: v.optional(told(v.string(), "Identifies the run or command in the log.")),
  }),
  "An error, after RFC 9457.",
);
