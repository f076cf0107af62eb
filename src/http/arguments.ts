/**
 * The arguments of the routes, from the query or a JSON body, and what is said when one is wrong. Pure.
 * The API description is made from the same schemas.
 */
import { ANY_DESTINATION } from "../destinations/catalog.ts";
import * as v from "valibot";
import type { BackfillRange } from "../collector/runs/backfill.ts";
import type { GetEventsArguments } from "../collector/runs/read_events.ts";
import { CollectorError } from "../errors.ts";
import { parsePast, PAST_FORMS } from "../settings/duration.ts";

const DEFAULTS = { limit: 50, start_time: "3 days", should_push_events: false } as const;

/** The command's arguments and their defaults, as in the reference and as texts. */
export const GET_EVENTS_DEFAULTS = {
  limit: `${DEFAULTS.limit}`,
  start_time: DEFAULTS.start_time,
  should_push_events: `${DEFAULTS.should_push_events}`,
} as const;

export const MAX_LIMIT = 10_000;

/** The account that a request names. A JSON body may have it as a number. */
export interface NamedAccount {
  readonly account?: string;
}

const account = v.optional(v.pipe(
  v.union(
    [v.string(), v.pipe(v.number(), v.integer(), v.transform(String))],
    "account must be the id of an account.",
  ),
  v.description("The account that is meant. It may be left out if there is only one."),
));

/** A way to write an instant in the past; its output is epoch milliseconds. */
function past(name: string, description: string, nowMs: number) {
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

const UTC_RULE = "Without an offset it is UTC.";
const LIMIT_RULE = `limit must be a whole number from 1 to ${MAX_LIMIT}.`;
const PUSH_RULE = "should_push_events must be true or false.";

/** The arguments of `liveperson-get-events`. A query has texts; JSON may have numbers and booleans. */
export function getEventsArguments(nowMs: number) {
  const limit = v.union([
    v.pipe(
      v.number(),
      v.integer(LIMIT_RULE),
      v.minValue(1, LIMIT_RULE),
      v.maxValue(MAX_LIMIT, LIMIT_RULE),
    ),
    v.pipe(
      v.string(),
      v.trim(),
      // the same range, so that the API description tells it of texts too
      v.regex(/^0*([1-9]\d{0,3}|10000)$/, LIMIT_RULE),
      v.transform(Number),
    ),
  ], LIMIT_RULE);
  const startTime = v.pipe(
    past("start_time", `Events since then: ${PAST_FORMS}. ${UTC_RULE}`, nowMs),
    v.maxValue(nowMs, "start_time must not lie in the future."),
  );
  const push = v.union([
    v.boolean(),
    v.pipe(
      v.string(),
      v.trim(),
      v.toLowerCase(),
      v.values(["true", "false"], PUSH_RULE),
      v.transform((text) => text === "true"),
    ),
  ], PUSH_RULE);
  return v.pipe(
    v.strictObject({
      limit: v.optional(
        v.pipe(limit, v.description("The most events to return.")),
        DEFAULTS.limit,
      ),
      start_time: v.optional(startTime, DEFAULTS.start_time),
      should_push_events: v.optional(
        v.pipe(push, v.description(`Push the events to ${ANY_DESTINATION} too. By POST only.`)),
        DEFAULTS.should_push_events,
      ),
      account,
    }),
    v.transform(({ limit, start_time, should_push_events, ...named }) => ({
      ...{ limit, startMs: start_time, push: should_push_events },
      ...named,
    })),
  );
}

/** The arguments of a backfill. */
export function backfillArguments(nowMs: number) {
  const from = past("from", `Events since then: ${PAST_FORMS}. ${UTC_RULE}`, nowMs);
  const to = v.pipe(
    past("to", "Events before then, in the same forms. Now, if left out.", nowMs),
    v.maxValue(nowMs, "to must not lie in the future."),
  );
  return v.pipe(
    v.strictObject({ from, to: v.optional(to), account }, `from must be ${PAST_FORMS}.`),
    v.check(({ from, to = nowMs }) => from < to, "from must be before to."),
    v.transform(({ from, to = nowMs, ...named }) => ({ fromMs: from, toMs: to, ...named })),
  );
}

/** The query of the routes that are about an account. */
export const ACCOUNT_QUERY = v.object({ account });

/** The query of `/healthz`. */
export const HEALTH_QUERY = v.object({
  deep: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "deep must be true or false."),
      v.description("Answer whether collecting works, and not only that the process is up."),
    ),
    "false",
  ),
  account,
});

/** What is said when the cursor is to be deleted without the right confirmation. */
export const CONFIRM_RULE =
  "To start over, confirm it with the account: DELETE /cursor?confirm=<account>.";

/** The query of `DELETE /cursor`. */
export const CURSOR_QUERY = v.object({
  confirm: v.pipe(v.string(), v.description("The account, to confirm that it starts over.")),
  account,
}, CONFIRM_RULE);

/**
 * Reads the arguments as they were given, by name: texts, or numbers and booleans from JSON.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readGetEventsArguments(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
): GetEventsArguments & NamedAccount {
  return readArguments(getEventsArguments(nowMs), given);
}

/**
 * The range of a backfill: `from`, and `to`, which is now if left out.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readBackfillRange(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
): BackfillRange & NamedAccount {
  return readArguments(backfillArguments(nowMs), given);
}

/**
 * Reads a query of which only some arguments matter.
 * @throws {CollectorError} `arguments_invalid`
 */
export function readQuery<T>(
  schema: v.GenericSchema<unknown, T>,
  query: Readonly<Record<string, string>>,
): T {
  const result = v.safeParse(schema, query);
  if (result.success) return result.output;
  throw invalid(result.issues.map((issue) => issue.message));
}

/** Reads arguments of which none may be unknown: a typo must not silently become a default. */
function readArguments<T>(
  schema: v.GenericSchema<unknown, T> & { readonly entries: object },
  given: Readonly<Record<string, unknown>>,
): T {
  const isKnown = (name: string) => Object.hasOwn(schema.entries, name);
  const known = Object.keys(schema.entries).join(", ");
  const unknown = Object.keys(given).filter((name) => !isKnown(name))
    .map((name) => `There is no argument ${JSON.stringify(name)}; there are ${known}.`);
  const result = v.safeParse(
    schema,
    Object.fromEntries(Object.entries(given).filter(([name]) => isKnown(name))),
  );
  if (result.success && unknown.length === 0) return result.output;
  throw invalid([...unknown, ...(result.issues ?? []).map((issue) => issue.message)]);
}

/**
 * The arguments of a request, by name. One that is given twice is refused.
 * @throws {CollectorError} `arguments_invalid`
 */
export function mergeArguments(
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

function parseObject(body: string): Record<string, unknown> {
  try {
    const value = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw invalid([`The body must be a JSON object, such as {"limit": 10}.`]);
}

function invalid(problems: readonly string[]): CollectorError {
  return new CollectorError("arguments_invalid", { detail: [...new Set(problems)].join(" ") });
}
