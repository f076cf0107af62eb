/** `/get-events`: the `liveperson-get-events` command. */
import * as v from "valibot";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { inQueryOrBody } from "../routing/arguments.ts";
import { json, refuse, text } from "../routing/reply.ts";
import { type Asked, defineRoute } from "../routing/route.ts";
import { count, instant, named, namedOpen, Text, told } from "../routing/schemas.ts";
import { TOKEN } from "../auth/bearer.ts";
import { collectorOf } from "./accounts.ts";
import { CURL } from "./examples.ts";
import { type EventArguments, getEventsArguments } from "./event_arguments.ts";
import { toMarkdown } from "./markdown.ts";
import { ASKED, CHANGING, PUSHING, READING } from "./problem_codes.ts";

/** The fields that come from the source unchecked: usually text. */
const asItCame = (words: string) => told(v.unknown(), words);

const AuditEvent = namedOpen(
  "AuditEvent",
  v.looseObject({
    changeDate: asItCame("When it was changed: ISO 8601, UTC, with milliseconds."),
    accountId: asItCame("The account."),
    objectType: told(v.nullable(v.string()), "What was changed: `USER`, `SKILL`, `PROFILE`, …"),
    element: asItCame("Which part of it."),
    changeType: told(v.nullable(v.string()), "`CREATE`, `UPDATE`, `DELETE`, …"),
    userId: asItCame("Id of the user who changed it."),
    changedBy: asItCame("Name of the user who changed it."),
    _time: told(instant, "The time of the change; that of collection if it can't be read."),
    event_id: told(v.string(), "The same for the same event, by whatever route it is read."),
  }),
  "An audit event. Other fields follow as the source sent them: `objectName`, `oldValue`, " +
    "`newValue`, `originatorLoginName`, `originatorIsLpa`, …",
);

const Events = named(
  "Events",
  v.object({
    LivePerson: v.object({ Event: told(v.array(AuditEvent), "Oldest first.") }),
    count,
    pushed: told(count, `How many were pushed to ${ANY_DESTINATION}.`),
    more: told(v.boolean(), "There are more events than were returned."),
  }),
);

const PATH = "/get-events";
const ARGUMENTS = inQueryOrBody(getEventsArguments);
const ANSWERS = {
  200: {
    words: "The events: as JSON, as a table to read, or one event a line.",
    content: {
      "application/json": [Events],
      "text/markdown": [Text],
      "application/x-ndjson": [Text],
    },
  },
} as const;

async function readEvents(asked: Asked<EventArguments>) {
  const { account: _, ...args } = asked.args;
  const { events, pushed, more } = unwrap(await collectorOf(asked).getEvents(args));
  const type = asked.preferred(["application/json", "text/markdown", "application/x-ndjson"]);
  switch (type) {
    case "text/markdown":
      return text(type, toMarkdown(events, more), {
        "Content-Type": "text/markdown; charset=UTF-8",
      });
    case "application/x-ndjson":
      return text(type, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    case "application/json":
      return json(200, { LivePerson: { Event: events }, count: events.length, pushed, more });
  }
}

export const getEvents = defineRoute({
  id: "getEvents",
  method: "GET",
  path: PATH,
  access: TOKEN,
  summary: "Read events",
  words: "The `liveperson-get-events` command: events since a time, oldest first. It changes " +
    "nothing and never touches the cursor. Unknown arguments are refused by name. The `Accept` " +
    "header chooses the format of the answer.",
  arguments: ARGUMENTS,
  examples: [
    `${CURL} "$URL/get-events?limit=10&start_time=2+days+ago"`,
    `${CURL} -H "Accept: text/markdown" "$URL/get-events"`,
  ],
  answers: ANSWERS,
  problems: [...ASKED, "method_not_allowed", ...READING],
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
    "same `event_id`.",
  arguments: ARGUMENTS,
  examples: [`${CURL} -d '{"limit": 5, "should_push_events": true}' "$URL/get-events"`],
  answers: ANSWERS,
  problems: [
    ...CHANGING,
    ...READING,
    ...PUSHING,
    "destination_refuses_everything",
    "destination_refuses_events",
  ],
  handle: readEvents,
});
