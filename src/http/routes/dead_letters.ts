/** `/dead-letters`: the events that the destination refused, and pushing them again. */
import * as v from "valibot";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import type { Named } from "../../pipelines/choose.ts";
import { TOKEN } from "../auth/bearer.ts";
import { account, destination, inQuery } from "../routing/arguments.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { count, instant, named, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { collectorOf, PIPELINE } from "./pipelines.ts";
import { ASKED, OF_RUNS, PUSHING } from "./problem_codes.ts";

/** Letters in one answer, and letters that are pushed at once. */
const MAX_LETTERS = 100;

const eventId = v.pipe(
  v.string("event_id must be an event's id."),
  v.regex(/^[\w-]{1,64}$/, "event_id must be an event's id."),
  v.description("Only the letter of this event, and all of it."),
);

const LETTERS = inQuery<Named & { readonly event_id?: string | undefined }>(
  v.object({ account, destination, event_id: v.optional(eventId) }),
);

const DeadLetter = named(
  "DeadLetter",
  v.object({
    eventId: v.string(),
    timeMs: told(v.number(), "When it happened, in epoch milliseconds."),
    json: told(v.string(), "The event as it would have been pushed: one line of JSON."),
    cut: told(v.boolean(), "Of a large event, long values are cut: `event_id` shows it whole."),
    reason: v.string(),
    status: told(
      v.nullable(v.pipe(v.number(), v.integer())),
      `What ${ANY_DESTINATION} answered; null when the event was too large to be sent.`,
    ),
    occurrence: told(count, "1, or which of several identical records it is."),
    refusedAlone: told(v.boolean(), "False if only a batch was refused that it was part of."),
    isDoubted: told(v.boolean(), "Another event was accepted since this one was refused alone."),
    dead: told(v.boolean(), "False while it waits until anything is accepted."),
    refusedAt: told(instant, "When it was refused last."),
    firstRefusedAt: instant,
    tries: told(count, "How often it was refused."),
    nextTryAt: told(
      v.nullable(instant),
      "From when on a run tries it again; null if none does by itself.",
    ),
    cursor: told(v.string(), "Whose commit moved past it: `live`, a reconciliation, a backfill."),
    revision: told(count, "That commit."),
  }),
  `An event that ${ANY_DESTINATION} refused.`,
);

const DeadLetters = named(
  "DeadLetters",
  v.object({ count, letters: told(v.array(DeadLetter), "The first 100, by event id.") }),
);

const Redelivery = named(
  "Redelivery",
  v.object({
    delivered: count,
    refused: told(count, "Refused again, or too large to be sent."),
    left: told(count, "All dead letters that are left."),
  }),
);

export const listDeadLetters = defineRoute({
  id: "listDeadLetters",
  method: "GET",
  path: "/dead-letters",
  access: TOKEN,
  summary: `List the events that ${ANY_DESTINATION} refused`,
  words:
    "Each is kept, with the reason, until it is delivered. Each destination has dead letters " +
    "of its own: name one if there are several. `event_id` shows one letter alone, and whole.",
  arguments: LETTERS,
  examples: [`${CURL} "$URL/dead-letters"`],
  answers: { 200: inJson("How many there are, and the first 100.", DeadLetters) },
  problems: ASKED,
  handle: async (asked) =>
    json(200, unwrap(await collectorOf(asked).deadLetters(MAX_LETTERS, asked.args.event_id))),
});

export const redeliver = defineRoute({
  id: "redeliver",
  method: "POST",
  path: "/dead-letters/redeliver",
  access: TOKEN,
  summary: "Push the refused events again",
  words:
    "Pushes them one by one, 100 at most and no more than the requests of one run allow. Those " +
    "that are accepted are removed; the others stay. The next call continues after the last one " +
    "that was tried.",
  arguments: PIPELINE,
  examples: [`${CURL} -X POST "$URL/dead-letters/redeliver"`],
  answers: { 200: inJson("How many were delivered, and how many were not.", Redelivery) },
  problems: [...OF_RUNS, ...PUSHING],
  handle: async (asked) => json(200, unwrap(await collectorOf(asked).redeliver(MAX_LETTERS))),
});
