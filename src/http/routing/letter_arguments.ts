/** The arguments of `/dead-letters`: which letters are listed, pushed again or discarded. Pure. */
import * as v from "valibot";
import { account, destination, inQuery, inQueryOrBody } from "./arguments.ts";
import { named } from "./schemas.ts";

/** The most letters in one answer, and the most that are pushed at once. */
export const MAX_LETTERS = 100;

const EVENT_ID = /^[\w-]{1,64}$/;

function eventId(name: string, description: string) {
  const rule = `${name} must be an event's id.`;
  return v.optional(v.pipe(v.string(rule), v.regex(EVENT_ID, rule), v.description(description)));
}

const reason = v.optional(v.pipe(
  v.string("reason must be the reason of a refused event."),
  v.description("Only those that were refused for exactly this `reason`."),
));

const LIMIT_RULE = `limit must be a whole number from 1 to ${MAX_LETTERS}.`;
const limit = v.pipe(
  v.string(),
  v.regex(/^0*([1-9]\d?|100)$/, LIMIT_RULE),
  v.transform(Number),
);

export const LETTERS = inQuery(v.object({
  account,
  destination,
  event_id: eventId("event_id", "Only this event, with all of its content."),
  reason,
  after: eventId("after", "Only those after this event's: `next` of the previous answer."),
  limit: v.optional(
    v.pipe(limit, v.description("The most to list.")),
    `${MAX_LETTERS}`,
  ),
  groups: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "groups must be true or false."),
      v.description("Also count all of them by reason."),
    ),
    "false",
  ),
}));

const IDS_RULE = `ids must be ids of events, ${MAX_LETTERS} at most, separated by commas.`;
const ids = v.optional(v.pipe(
  v.union([
    v.pipe(
      v.string(),
      v.regex(/^[\w-]{1,64}(,[\w-]{1,64}){0,99}$/, IDS_RULE),
      v.transform((text) => text.split(",")),
    ),
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(EVENT_ID, IDS_RULE)), IDS_RULE),
      v.minLength(1, IDS_RULE),
      v.maxLength(MAX_LETTERS, IDS_RULE),
    ),
  ], IDS_RULE),
  v.description("Only these events."),
));

const pushed = v.optional(
  v.pipe(
    v.union([
      v.pipe(
        v.number(),
        v.integer(LIMIT_RULE),
        v.minValue(1, LIMIT_RULE),
        v.maxValue(MAX_LETTERS, LIMIT_RULE),
      ),
      limit,
    ], LIMIT_RULE),
    v.description("The most to push."),
  ),
  MAX_LETTERS,
);

export const REDELIVERED_LETTERS = named(
  "RedeliverArguments",
  v.strictObject({ ids, reason, limit: pushed, account, destination }),
);
export const REDELIVERED = inQueryOrBody(() => REDELIVERED_LETTERS);

const DISCARD_RULE =
  "Say what to discard: ids, reason, or all=true for all of them. This can't be undone.";
/** Which letters to discard: given in exactly one way, so that leaving it out never means all of them. */
export const DISCARDED_LETTERS = v.pipe(
  v.object({
    ids,
    reason,
    all: v.optional(v.pipe(v.literal("true", DISCARD_RULE), v.description("All of them."))),
    account,
    destination,
  }),
  v.check(
    ({ ids, reason, all }) => [ids, reason, all].filter((one) => one !== undefined).length === 1,
    DISCARD_RULE,
  ),
);
export const DISCARDED = inQuery(DISCARDED_LETTERS);
