/** The arguments of `liveperson-get-events`, from the query or a JSON body. Pure. */
import type { BackfillRange } from "../collector/backfill.ts";
import type { GetEventsArguments } from "../collector/get_events.ts";
import { CollectorError } from "../errors.ts";
import { parsePast, PAST_FORMS } from "../settings/duration.ts";

/** The command's arguments and their defaults, as in the reference. */
export const GET_EVENTS_DEFAULTS = {
  limit: "50",
  start_time: "3 days",
  should_push_events: "false",
} as const;

export const MAX_LIMIT = 10_000;

/**
 * Reads the arguments as they were given, by name: texts, or numbers and booleans from JSON.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readGetEventsArguments(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
): GetEventsArguments {
  const problems: string[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(GET_EVENTS_DEFAULTS, name)) continue;
    const known = Object.keys(GET_EVENTS_DEFAULTS).join(", ");
    problems.push(`There is no argument ${JSON.stringify(name)}; there are ${known}.`);
  }
  const text = (name: keyof typeof GET_EVENTS_DEFAULTS) =>
    given[name] === undefined ? GET_EVENTS_DEFAULTS[name] : plainText(given[name]);

  const limit = /^\d{1,6}$/.test(text("limit")) ? Number(text("limit")) : NaN;
  if (!(limit >= 1 && limit <= MAX_LIMIT)) {
    problems.push(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const startMs = parsePast(text("start_time"), nowMs);
  if (startMs === null) problems.push(`start_time must be ${PAST_FORMS}.`);
  else if (startMs > nowMs) problems.push("start_time must not lie in the future.");
  const push = text("should_push_events").toLowerCase();
  if (push !== "true" && push !== "false") {
    problems.push("should_push_events must be true or false.");
  }
  if (problems.length > 0) {
    throw new CollectorError("arguments_invalid", { detail: problems.join(" ") });
  }
  return { limit, startMs: startMs!, push: push === "true" };
}

/**
 * The range of a backfill: `from`, and `to`, which is now if left out.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readBackfillRange(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
): BackfillRange {
  const problems = Object.keys(given)
    .filter((name) => name !== "from" && name !== "to")
    .map((name) => `There is no argument ${JSON.stringify(name)}; there are from, to.`);
  const instant = (name: string) => parsePast(plainText(given[name]), nowMs);
  const fromMs = given.from === undefined ? null : instant("from");
  const toMs = given.to === undefined ? nowMs : instant("to");
  if (fromMs === null) problems.push(`from must be ${PAST_FORMS}.`);
  if (toMs === null) problems.push(`to must be ${PAST_FORMS}.`);
  else if (toMs > nowMs) problems.push("to must not lie in the future.");
  if (fromMs !== null && toMs !== null && fromMs >= toMs) problems.push("from must be before to.");
  if (problems.length > 0) {
    throw new CollectorError("arguments_invalid", { detail: problems.join(" ") });
  }
  return { fromMs: fromMs!, toMs: toMs! };
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
  if (twice.length > 0) {
    throw new CollectorError("arguments_invalid", { detail: twice.join(" ") });
  }
  const fromQuery = Object.entries(query).map(([name, [value]]) => [name, value]);
  return { ...fromBody, ...Object.fromEntries(fromQuery) };
}

/** A JSON value as text, if it is one, a number or a boolean; else a text that no argument takes. */
function plainText(value: unknown): string {
  return typeof value === "object" ? "" : String(value).trim();
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw new CollectorError("arguments_invalid", {
    detail: `The body must be a JSON object, such as {"limit": 10}.`,
  });
}
