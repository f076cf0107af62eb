/**
 * Reads a request's arguments, from the query or a JSON body, and refuses wrong ones by name. The API
 * description is made from the same schemas. Reads nothing but the request.
 */
import type { HonoRequest } from "hono";
import * as v from "valibot";
import { KINDS } from "../../destinations/catalog.ts";
import { CollectorError } from "../../errors.ts";
import { parsePast, PAST_FORMS } from "../../settings/duration.ts";
import { hasMoreParts } from "../../json_parts.ts";

/** The schema of an object: each entry is an argument. */
type ArgumentsSchema<Args = unknown> = v.GenericSchema<unknown, Args> & {
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
};

/** How the arguments of a route are read, and how they are described. */
export interface ArgumentsReader<Args> {
  readonly schema: ArgumentsSchema;
  /** True if a POST may also have them in a JSON body. */
  readonly inBody: boolean;
  /** @throws {CollectorError} `arguments_invalid`, naming every bad argument */
  readonly read: (request: HonoRequest, nowMs: number) => Args | Promise<Args>;
}

/** Arguments in the query; any others are ignored. */
export function inQuery<Args>(schema: ArgumentsSchema<Args>): ArgumentsReader<Args> {
  return { schema, inBody: false, read: (request) => parse(schema, request.query()) };
}

/**
 * Arguments in the query or in a JSON body; unknown ones are refused. The description does not depend on
 * the time: which times are in the past is known only when a request arrives.
 */
export function inQueryOrBody<Args>(
  schemaAt: (nowMs: number) => ArgumentsSchema<Args>,
): ArgumentsReader<Args> {
  return {
    schema: schemaAt(0),
    inBody: true,
    read: async (request, nowMs) => {
      const body = request.method === "POST" ? await request.text() : "";
      return readArguments(schemaAt(nowMs), mergeArguments(request.queries(), body));
    },
  };
}

/** The account that is meant. A JSON body may have it as a number. */
export const account = v.optional(v.pipe(
  v.union(
    [v.string(), v.pipe(v.number(), v.integer(), v.transform(String))],
    "account must be the id of an account.",
  ),
  v.description("The account's id. Optional if there is only one account."),
));

/** The destination that is meant. */
export const destination = v.optional(v.pipe(
  v.string("destination must be the id of a destination."),
  v.description(
    `The destination's id: ${KINDS.map(({ id }) => id).join(", ")}. ` +
      "Optional if the account has only one.",
  ),
));

/** What an argument is called where it is given: the routes call it by its name. */
export type Called = (argument: string) => string;
export const BY_NAME: Called = (argument) => argument;

export const UTC_RULE = "Without an offset, the time is UTC.";

/** A way to write an instant in the past; its output is epoch milliseconds. */
export function past(name: string, description: string, nowMs: number) {
  return v.pipe(
    v.string(`${name} must be ${PAST_FORMS}.`),
    v.description(description),
    v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
      const timeMs = parsePast(dataset.value, nowMs);
      if (timeMs !== null) return timeMs;
      addIssue({ message: `${name} must be ${PAST_FORMS}.` });
      return NEVER;
    }),
  );
}

function parse<Args>(schema: ArgumentsSchema<Args>, given: unknown): Args {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  throw invalid(result.issues.map((issue) => issue.message));
}

/**
 * Reads arguments and refuses unknown ones: a typo must not silently become a default.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readArguments<T>(
  schema: ArgumentsSchema<T>,
  given: Readonly<Record<string, unknown>>,
): T {
  const isKnown = (name: string) => Object.hasOwn(schema.entries, name);
  const known = Object.keys(schema.entries).join(", ");
  const unknown = Object.keys(given).filter((name) => !isKnown(name))
    .map((name) => `There is no argument ${JSON.stringify(name)}; the arguments are ${known}.`);
  const result = v.safeParse(
    schema,
    Object.fromEntries(Object.entries(given).filter(([name]) => isKnown(name))),
  );
  if (result.success && unknown.length === 0) return result.output;
  throw invalid([...unknown, ...(result.issues ?? []).map((issue) => issue.message)]);
}

/** The arguments of a request, by name. An argument that is given twice is refused. */
function mergeArguments(
  query: Readonly<Record<string, string[]>>,
  body: string,
): Record<string, unknown> {
  const fromBody = body.trim() === "" ? {} : parseObject(body);
  const twice = Object.entries(query)
    .filter(([name, values]) => values.length > 1 || Object.hasOwn(fromBody, name))
    .map(([name]) => `${name} is given more than once.`);
  if (twice.length > 0) throw invalid(twice);
  const fromQuery = Object.entries(query).map(([name, [value]]) => [name, value]);
  return { ...fromBody, ...Object.fromEntries(fromQuery) };
}

/** A page of an export has 15,000. */
const MOST_PARTS = 20_000;

function parseObject(body: string): Record<string, unknown> {
  if (hasMoreParts(body, MOST_PARTS)) throw invalid(["The body has too many parts."]);
  try {
    const value = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // refused below
  }
  throw invalid([`The body must be a JSON object, such as {"limit": 10}.`]);
}

function invalid(problems: readonly string[]): CollectorError {
  return new CollectorError("arguments_invalid", { detail: [...new Set(problems)].join(" ") });
}
