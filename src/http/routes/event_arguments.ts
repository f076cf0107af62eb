/** The arguments of the `liveperson-get-events` command, as the routes and the script take them. Pure. */
import * as v from "valibot";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import type { GetEventsArguments } from "../../collector/runs/read_events.ts";
import { type FormatName, FORMATS } from "../../event_formats/index.ts";
import type { Named } from "../../pipelines/choose.ts";
import { PAST_FORMS } from "../../settings/duration.ts";
import { account, destination, past, readArguments, UTC_RULE } from "../routing/arguments.ts";
import { named } from "../routing/schemas.ts";

export type EventArguments = GetEventsArguments & Named & {
  /** Of the events that are returned. */
  readonly format: FormatName;
};

const DEFAULTS = {
  limit: 50,
  start_time: "3 days",
  should_push_events: false,
  format: "native",
} as const;

/** The command's arguments and their defaults, as texts, as in the reference. */
export const GET_EVENTS_DEFAULTS = {
  limit: `${DEFAULTS.limit}`,
  start_time: DEFAULTS.start_time,
  should_push_events: `${DEFAULTS.should_push_events}`,
  format: DEFAULTS.format,
} as const;

const MAX_LIMIT = 10_000;

const LIMIT_RULE = `limit must be a whole number from 1 to ${MAX_LIMIT}.`;
const PUSH_RULE = "should_push_events must be true or false.";
const FORMAT_RULE = "format must be native, ecs or ocsf.";

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
      // the same range, so that the API description states it for texts too
      v.regex(/^0*([1-9]\d{0,3}|10000)$/, LIMIT_RULE),
      v.transform(Number),
    ),
  ], LIMIT_RULE);
  const startTime = v.pipe(
    past("start_time", `Read events since this time: ${PAST_FORMS}. ${UTC_RULE}`, nowMs),
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
  return named(
    "GetEventsArguments",
    v.pipe(
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
        format: v.optional(
          v.pipe(
            v.picklist(FORMATS, FORMAT_RULE),
            v.description(
              "The format of the events that are returned: LivePerson's own fields, the Elastic " +
                "Common Schema, or OCSF. A table always has LivePerson's own fields.",
            ),
          ),
          DEFAULTS.format,
        ),
        account,
        destination,
      }),
      v.transform(({ limit, start_time, should_push_events, ...rest }) => ({
        ...{ limit, startMs: start_time, push: should_push_events },
        ...rest,
      })),
    ),
  );
}

/**
 * Reads the arguments as they were given, by name: texts, or numbers and booleans from JSON.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readGetEventsArguments(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
): EventArguments {
  return readArguments(getEventsArguments(nowMs), given);
}
