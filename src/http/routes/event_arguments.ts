/** The arguments of the `liveperson-get-events` command, as the routes and the script take them. Pure. */
import * as v from "valibot";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { type GetEventsArguments, MAX_EVENTS } from "../../collector/runs/read_events.ts";
import { type FormatName, FORMATS } from "../../event_formats/index.ts";
import type { Named } from "../../pipelines/choose.ts";
import { PAST_FORMS } from "../../settings/duration.ts";
import {
  account,
  BY_NAME,
  type Called,
  destination,
  past,
  readArguments,
  UTC_RULE,
} from "../routing/arguments.ts";
import { named } from "../routing/schemas.ts";

export type EventArguments = GetEventsArguments & Named & {
  /** The format of the events that are returned. */
  readonly format: FormatName;
};

const DEFAULTS = {
  limit: 50,
  start_time: "3 days",
  should_push_events: false,
  format: "native",
} as const;

/** The command's arguments and their defaults, as strings, as in the reference. */
export const GET_EVENTS_DEFAULTS = {
  limit: `${DEFAULTS.limit}`,
  start_time: DEFAULTS.start_time,
  should_push_events: `${DEFAULTS.should_push_events}`,
  format: DEFAULTS.format,
} as const;

/** The arguments of `liveperson-get-events`. A query has strings; JSON may have numbers and booleans. */
export function getEventsArguments(nowMs: number, called: Called = BY_NAME) {
  const limitRule = `${called("limit")} must be a whole number from 1 to ${MAX_EVENTS}.`;
  const pushRule = `${called("should_push_events")} must be true or false.`;
  const formatRule = `${called("format")} must be native, ecs or ocsf.`;
  const [start, end] = [called("start_time"), called("end_time")];
  const limit = v.union([
    v.pipe(
      v.number(),
      v.integer(limitRule),
      v.minValue(1, limitRule),
      v.maxValue(MAX_EVENTS, limitRule),
    ),
    v.pipe(
      v.string(),
      v.trim(),
      // the same limits, so that the API description states them for strings too
      v.regex(/^0*([1-9]\d{0,3}|10000)$/, limitRule),
      v.transform(Number),
    ),
  ], limitRule);
  const startTime = v.pipe(
    past(start, `Read events since this time: ${PAST_FORMS}. ${UTC_RULE}`, nowMs),
    v.maxValue(nowMs, `${start} must not be in the future.`),
  );
  const endTime = past(
    end,
    `Read events before this time: ${PAST_FORMS}. By default, up to the newest. ${UTC_RULE}`,
    nowMs,
  );
  const push = v.union([
    v.boolean(),
    v.pipe(
      v.string(),
      v.trim(),
      v.toLowerCase(),
      v.values(["true", "false"], pushRule),
      v.transform((text) => text === "true"),
    ),
  ], pushRule);
  return named(
    "GetEventsArguments",
    v.pipe(
      v.strictObject({
        limit: v.optional(
          v.pipe(limit, v.description("The most events to return.")),
          DEFAULTS.limit,
        ),
        start_time: v.optional(startTime, DEFAULTS.start_time),
        end_time: v.optional(endTime),
        should_push_events: v.optional(
          v.pipe(push, v.description(`Also push the events to ${ANY_DESTINATION}. POST only.`)),
          DEFAULTS.should_push_events,
        ),
        format: v.optional(
          v.pipe(
            v.picklist(FORMATS, formatRule),
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
      v.check(
        ({ start_time, end_time }) => end_time === undefined || end_time > start_time,
        `${end} must be after ${start}.`,
      ),
      v.transform(({ limit, start_time, end_time, should_push_events, ...rest }) => ({
        ...{ limit, startMs: start_time, push: should_push_events },
        ...(end_time !== undefined && { endMs: end_time }),
        ...rest,
      })),
    ),
  );
}

/**
 * Reads the arguments as they were given, by name: strings, or numbers and booleans from JSON.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readGetEventsArguments(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
  called?: Called,
): EventArguments {
  return readArguments(getEventsArguments(nowMs, called), given);
}
