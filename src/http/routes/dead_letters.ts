/** `/dead-letters`: the events that the destination refused; pushing them again, and discarding them. */
import * as v from "valibot";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { TOKEN } from "../auth/bearer.ts";
import { unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { count, instant, named, Problem, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { DISCARDED, LETTERS, REDELIVERED } from "../routing/letter_arguments.ts";
import { collectorOf } from "./pipelines.ts";
import { ASKED, OF_RUNS, PUSHING } from "./problem_codes.ts";

const DeadLetter = named(
  "DeadLetter",
  v.object({
    eventId: v.string(),
    timeMs: told(v.number(), "When it happened, in epoch milliseconds."),
    json: told(v.string(), "The event as it would be pushed: one line of JSON."),
    who: told(v.nullable(v.string()), "Who made the change, if the event says."),
    what: told(v.nullable(v.string()), "What was done: the kind of change, and the element."),
    object: told(v.nullable(v.string()), "The object's type and name."),
    bytes: told(count, "Length of the event as it is sent."),
    cut: told(
      v.boolean(),
      "Long values of a large event are cut: ask by `event_id` for all of it.",
    ),
    reason: v.string(),
    status: told(
      v.nullable(v.pipe(v.number(), v.integer())),
      `What ${ANY_DESTINATION} answered; null if the event was too large to be sent.`,
    ),
    occurrence: told(count, "Its number among identical records, from 1."),
    refusedAlone: told(v.boolean(), "False if only a batch that it was part of was refused."),
    isDoubted: told(
      v.boolean(),
      "Another event has been accepted since this one was refused alone.",
    ),
    dead: told(v.boolean(), "True for a dead letter, false for an event that is set aside."),
    refusedAt: told(instant, "When it was last refused."),
    firstRefusedAt: instant,
    tries: told(
      count,
      "Tries of runs that were in vain. When an event becomes a dead letter, it begins at 1 again. " +
        "Redeliveries on request are not counted.",
    ),
    nextTryAt: told(
      v.nullable(instant),
      "When a run will try it again; null if none will by itself.",
    ),
    cursor: told(
      v.string(),
      "Which commit moved past it: of `live`, a reconciliation or a backfill.",
    ),
    revision: told(count, "That commit."),
  }),
  `An event that ${ANY_DESTINATION} refused.`,
);

const LetterGroup = named(
  "LetterGroup",
  v.object({
    reason: v.string(),
    status: v.nullable(v.pipe(v.number(), v.integer())),
    letters: count,
    dead: told(count, "Those of them that are dead letters; the others are set aside."),
  }),
  "Events that were refused for the same reason.",
);

const DeadLetters = named(
  "DeadLetters",
  v.object({
    count: told(count, "All of them, listed or not: dead letters and events that are set aside."),
    letters: told(v.array(DeadLetter), "By event id; 100 at most."),
    next: told(
      v.nullable(v.string()),
      "To be given as `after` for the next page; null at the end.",
    ),
    groups: v.optional(
      told(v.array(LetterGroup), "With `groups=true`: all by reason, the most frequent first."),
    ),
  }),
);

const Discarding = named(
  "Discarding",
  v.object({ discarded: count, left: told(count, "The number of refused events that are left.") }),
);

const Redelivery = named(
  "Redelivery",
  v.object({
    delivered: count,
    refused: told(count, "Refused again, or too large to be sent."),
    left: told(count, "The number of refused events that are left."),
  }),
);

const BrokenOff = named(
  "BrokenOffRedelivery",
  v.object({
    ...Problem.entries,
    redelivery: v.optional(Redelivery),
  }),
  "Why it was broken off, and what it did before.",
);

export const listDeadLetters = defineRoute({
  id: "listDeadLetters",
  method: "GET",
  path: "/dead-letters",
  access: TOKEN,
  summary: `List the events that ${ANY_DESTINATION} refused`,
  words:
    "Each is kept, with the reason, until it is delivered. Each destination has its own dead " +
    "letters: name one if there are several. `event_id` returns one of them, with all of its content.",
  arguments: LETTERS,
  examples: [
    `${CURL} "$URL/dead-letters"`,
    `${CURL} "$URL/dead-letters?groups=true&limit=1"`,
  ],
  answers: { 200: inJson("How many there are, and some of them.", DeadLetters) },
  problems: ASKED,
  handle: async (asked) => {
    const { event_id: eventId, reason, after, limit, groups } = asked.args;
    const query = { eventId, reason, after, grouped: groups === "true" };
    return json(200, unwrap(await collectorOf(asked).deadLetters(limit, query)));
  },
});

export const redeliver = defineRoute({
  id: "redeliver",
  method: "POST",
  path: "/dead-letters/redeliver",
  access: TOKEN,
  summary: "Push the refused events again",
  words:
    "Pushes them one by one, `limit` at most and no more than the requests of one run allow: those of " +
    "`ids`, of `reason`, or all. Those that are accepted are removed; the others stay. The next " +
    "call continues after the last one that was tried. The arguments may come in the query or in " +
    "a JSON body.",
  arguments: REDELIVERED,
  examples: [
    `${CURL} -X POST "$URL/dead-letters/redeliver"`,
    `${CURL} -d '{"ids": ["<event id>"]}' "$URL/dead-letters/redeliver"`,
  ],
  answers: { 200: inJson("How many were delivered, and how many were not.", Redelivery) },
  problems: [...OF_RUNS, ...PUSHING],
  failures: [{ codes: PUSHING, schema: BrokenOff }],
  handle: async (asked) => {
    const { ids, reason, limit } = asked.args;
    const outcome = unwrap(await collectorOf(asked).redeliver(limit, { ids, reason }));
    const { problem, ...redelivery } = outcome;
    return problem === undefined ? json(200, redelivery) : refuse({ ...problem, redelivery });
  },
});

export const discardDeadLetters = defineRoute({
  id: "discardDeadLetters",
  method: "DELETE",
  path: "/dead-letters",
  access: TOKEN,
  summary: "Discard refused events for good",
  words:
    "Their events are no longer delivered, unless a backfill reads them again. This can't be " +
    "undone. Exactly one of `ids`, `reason` and `all=true` says which. Events that are set aside are " +
    "discarded too, though runs would try them again.",
  arguments: DISCARDED,
  examples: [`${CURL} -X DELETE "$URL/dead-letters?ids=<event id>"`],
  answers: { 200: inJson("They are gone.", Discarding) },
  problems: OF_RUNS,
  handle: async (asked) => {
    const { ids, reason } = asked.args;
    return json(200, unwrap(await collectorOf(asked).discardLetters({ ids, reason })));
  },
});
