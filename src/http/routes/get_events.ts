/** `/get-events`: the `liveperson-get-events` command. */
import * as v from "valibot";
import { askAny } from "../../collector/fleet.ts";
import type { FoundEvents } from "../../collector/runs/read_events.ts";
import type { Outcome } from "../../collector/service.ts";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { inFormat } from "../../event_formats/index.ts";
import { pipelinesOfOneAccount } from "../../pipelines/choose.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { inQueryOrBody } from "../routing/arguments.ts";
import { json, refuse, text } from "../routing/reply.ts";
import { type Asked, defineRoute } from "../routing/route.ts";
import { count, named, Text, told } from "../routing/schemas.ts";
import { TOKEN } from "../auth/bearer.ts";
import { CURL } from "./examples.ts";
import { type EventArguments, getEventsArguments } from "./event_arguments.ts";
import { AuditEvent, EcsEvent, OcsfEvent } from "./event_schemas.ts";
import { toMarkdown } from "../../event_formats/markdown.ts";
import { collectorOf } from "./pipelines.ts";
import { ASKED, CHANGING, PUSHING, READING } from "./problem_codes.ts";

const Events = named(
  "Events",
  v.object({
    LivePerson: v.object({
      Event: told(v.array(v.union([AuditEvent, EcsEvent, OcsfEvent])), "Oldest first."),
    }),
    count,
    pushed: told(count, `How many were pushed to ${ANY_DESTINATION}.`),
    more: told(v.boolean(), "There are more events than were returned."),
  }),
);

const PATH = "/get-events";
const ARGUMENTS = inQueryOrBody(getEventsArguments);
const ANSWERS = {
  200: {
    words: "The events: as JSON, as a Markdown table, or one event per line.",
    content: {
      "application/json": [Events],
      "text/markdown": [Text],
      "application/x-ndjson": [Text],
    },
  },
} as const;

async function readEvents(asked: Asked<EventArguments>) {
  const { events, pushed, more } = unwrap(await getFrom(asked));
  const formatted = () => events.map((event) => inFormat(asked.args.format, event, asked.nowMs));
  const type = asked.preferred(["application/json", "text/markdown", "application/x-ndjson"]);
  switch (type) {
    case "text/markdown":
      return text(type, toMarkdown(events, more), {
        "Content-Type": "text/markdown; charset=UTF-8",
      });
    case "application/x-ndjson":
      return text(type, formatted().map((event) => `${JSON.stringify(event)}\n`).join(""));
    case "application/json":
      return json(200, {
        LivePerson: { Event: formatted() },
        count: events.length,
        pushed,
        more,
      });
  }
}

/** Reading concerns no destination, so any collector of the account does it. Events are pushed to one. */
function getFrom(asked: Asked<EventArguments>): Promise<Outcome<FoundEvents>> {
  const { account, destination, format: _, ...args } = asked.args;
  if (args.push) return collectorOf(asked).getEvents(args);
  const collectors = asked.connect();
  const pipelines = pipelinesOfOneAccount(collectors.pipelines, { account, destination });
  return askAny(collectors, pipelines, "getEvents", args);
}

export const getEvents = defineRoute({
  id: "getEvents",
  method: "GET",
  path: PATH,
  access: TOKEN,
  summary: "Read events",
  words: "The `liveperson-get-events` command: events since a time, oldest first. It changes " +
    "nothing and never touches the cursor. Unknown arguments are refused by name. The `Accept` " +
    "header selects JSON, a table or one event per line; `format` selects the fields of an event.",
  arguments: ARGUMENTS,
  examples: [
    `${CURL} "$URL/get-events?limit=10&start_time=2+days+ago"`,
    `${CURL} -H "Accept: text/markdown" "$URL/get-events"`,
    `${CURL} -H "Accept: application/x-ndjson" "$URL/get-events?format=ecs"`,
  ],
  answers: ANSWERS,
  problems: [...ASKED, "method_not_allowed", "get_events_running", ...READING],
  handle: async (asked) => {
    if (!asked.args.push) return await readEvents(asked);
    const problem = problemOf(
      "method_not_allowed",
      "A GET never changes anything: to push events, send should_push_events=true by POST.",
    );
    return refuse(problem, { Allow: "POST" });
  },
});

export const pushEvents = defineRoute({
  id: "pushEvents",
  method: "POST",
  path: PATH,
  access: TOKEN,
  summary: "Read events, and push them on request",
  words: "The same command by POST: the arguments may come in the query or in a JSON body, and " +
    "`should_push_events` may be true. Events that were pushed before are pushed again, with the " +
    "same `event_id`; so if the account has several destinations, `destination` must name one. " +
    "Events are pushed in the format that the destination's settings name.",
  arguments: ARGUMENTS,
  examples: [`${CURL} -d '{"limit": 5, "should_push_events": true}' "$URL/get-events"`],
  answers: ANSWERS,
  problems: [
    ...CHANGING,
    ...READING,
    ...PUSHING,
    "destination_refuses_everything",
    "destination_refuses_events",
    "get_events_running",
  ],
  handle: readEvents,
});
