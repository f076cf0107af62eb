/**
 * Every route by method: what it is for, what it takes, what it answers, and how it may fail. A test
 * holds the list against the app's routes, and every answer against the Worker's.
 */
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import type * as v from "valibot";
import { ACCOUNT_QUERY, CURSOR_QUERY, HEALTH_QUERY } from "../arguments.ts";
import type { ErrorCode } from "../../errors.ts";
import type { SchemaName } from "./answers.ts";

export interface Answer {
  readonly status: number;
  readonly words: string;
  /** By content type: one of these schemas. */
  readonly content: Readonly<Record<string, readonly SchemaName[]>>;
}

/** The arguments: a schema of objects. */
export type ArgumentsSchema = v.GenericSchema & {
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
};

export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly summary: string;
  readonly words: string;
  /** Who may use it: `token` if left out. */
  readonly access?: "anybody";
  readonly query?: ArgumentsSchema;
  /** Arguments that are taken from the query and from a JSON body alike. */
  readonly arguments?: "GetEventsArguments" | "BackfillArguments";
  /** Shell commands; `$URL` is where the Worker is. */
  readonly examples: readonly string[];
  readonly answers: readonly Answer[];
  readonly problems: readonly ErrorCode[];
  /** Problems that say more than others do. */
  readonly failures?: readonly Failure[];
}

export interface Failure {
  readonly codes: readonly ErrorCode[];
  readonly schema: SchemaName;
  /** If it is always the same, whatever the problem. */
  readonly status?: number;
}

const json = (status: number, words: string, ...schemas: SchemaName[]): Answer => ({
  ...{ status, words },
  content: { "application/json": schemas },
});

const CURL = `curl -H "Authorization: Bearer $API_TOKEN"`;

const GUARDED: readonly ErrorCode[] = ["unauthorized", "api_token_missing"];
/** What may be wrong before an account is reached. */
const ASKED: readonly ErrorCode[] = [
  ...GUARDED,
  "arguments_invalid",
  "configuration_invalid",
  "internal",
];
const CHANGING: readonly ErrorCode[] = [...ASKED, "body_too_large"];

/** Of runs, which take turns. On Deno another process may have the turn, or this one may be stopping. */
const IN_TURN: readonly ErrorCode[] = [...CHANGING, "turn_lost", "stopping"];

const SERVICE: readonly ErrorCode[] = [
  "upstream_rate_limited",
  "upstream_failed",
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_redirected",
  "upstream_unreadable",
  "request_budget_spent",
];
const READING: readonly ErrorCode[] = [
  "discovery_failed",
  "discovered_host_refused",
  "credentials_refused",
  "token_refused",
  "audit_forbidden",
  "audit_refused",
  ...SERVICE,
];
const PUSHING: readonly ErrorCode[] = [
  "destination_not_configured",
  "destination_unauthorized",
  "destination_not_found",
  ...SERVICE,
];

const EVENTS: Answer = {
  status: 200,
  words: "The events: as JSON, as a table to read, or one event a line.",
  content: {
    "application/json": ["Events"],
    "text/markdown": ["Text"],
    "application/x-ndjson": ["Text"],
  },
};

export const OPERATIONS: readonly Operation[] = [
  {
    id: "getEvents",
    method: "GET",
    path: "/get-events",
    summary: "Read events",
    words: "The `liveperson-get-events` command: events since a time, oldest first. It changes " +
      "nothing and never touches the cursor. An unknown argument is refused by name. The answer's " +
      "format is chosen by the `Accept` header.",
    arguments: "GetEventsArguments",
    examples: [
      `${CURL} "$URL/get-events?limit=10&start_time=2+days+ago"`,
      `${CURL} -H "Accept: text/markdown" "$URL/get-events"`,
    ],
    answers: [EVENTS],
    problems: [...ASKED, "method_not_allowed", ...READING],
  },
  {
    id: "pushEvents",
    method: "POST",
    path: "/get-events",
    summary: "Read events, and push them if asked to",
    words: "The same by POST: the arguments may come in the query or in a JSON body, and " +
      "`should_push_events` may be true. Events that were pushed before are pushed again, with the " +
      "`event_id` that they always have.",
    arguments: "GetEventsArguments",
    examples: [`${CURL} -d '{"limit": 5, "should_push_events": true}' "$URL/get-events"`],
    answers: [EVENTS],
    problems: [
      ...CHANGING,
      ...READING,
      ...PUSHING,
      "destination_refuses_everything",
      "destination_refuses_events",
    ],
  },
  {
    id: "testConnection",
    method: "POST",
    path: "/test-connection",
    summary: "Test the connection to LivePerson",
    words: "Tries each step: configuration, discovery, token, one audit call. Nothing that was " +
      "remembered is used. If a step fails, the answer is 502 with the problem of that step.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} -X POST "$URL/test-connection"`],
    answers: [json(200, "Every step succeeded.", "Connection")],
    problems: CHANGING.filter((code) => code !== "configuration_invalid"),
    failures: [{
      codes: ["configuration_invalid", ...READING],
      schema: "FailedConnection",
      status: 502,
    }],
  },
  {
    id: "collect",
    method: "POST",
    path: "/collect",
    summary: "Collect now",
    words: "Does what the cron does, and answers the report. Without `account` all are collected.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} -X POST "$URL/collect"`],
    answers: [json(200, "The run succeeded, or all did.", "Run", "Runs")],
    problems: IN_TURN,
    failures: [
      {
        codes: [
          ...READING,
          ...PUSHING,
          "destination_refuses_everything",
          "cursor_unreadable",
          "cursor_newer",
          "turn_lost",
          "stopping",
          "internal",
        ],
        schema: "FailedRun",
      },
      { codes: ["accounts_failed"], schema: "FailedRuns" },
    ],
  },
  {
    id: "getStatus",
    method: "GET",
    path: "/status",
    summary: "See whether collecting works",
    words: "The verdict, the last run, the totals, the history and the cursor. Without `account` " +
      "it is about all.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} "$URL/status"`],
    answers: [json(200, "The status of one account, or of all.", "Status", "Statuses")],
    problems: ASKED,
  },
  {
    id: "getHealth",
    method: "GET",
    path: "/healthz",
    summary: "Watch it with a monitor",
    words:
      "Says that the process is up, to everybody. With `deep=true`, which needs the token, it " +
      "answers 503 after three failed runs in a row, if the lag is too long, before the first run " +
      "has ended, and while the settings are bad.",
    access: "anybody",
    query: HEALTH_QUERY,
    examples: [`curl "$URL/healthz"`, `${CURL} "$URL/healthz?deep=true"`],
    answers: [
      json(200, "It is up; or collecting works.", "Up", "Health", "Healths"),
      json(503, "Somebody should look.", "Health", "Healths"),
    ],
    problems: ASKED,
  },
  {
    id: "getMetrics",
    method: "GET",
    path: "/metrics",
    summary: "Metrics for Prometheus",
    words: "Metrics of all accounts, or of the one that is named, in OpenMetrics text; or in the " +
      "older text format if `Accept` asks for `text/plain`.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} "$URL/metrics"`],
    answers: [{
      status: 200,
      words: "The metrics.",
      content: { "application/openmetrics-text": ["Text"], "text/plain": ["Text"] },
    }],
    problems: ASKED,
  },
  {
    id: "listDeadLetters",
    method: "GET",
    path: "/dead-letters",
    summary: `List the events that ${ANY_DESTINATION} refused`,
    words: "They are kept with the reason until they are delivered.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} "$URL/dead-letters"`],
    answers: [json(200, "How many there are, and the first 100.", "DeadLetters")],
    problems: ASKED,
  },
  {
    id: "redeliver",
    method: "POST",
    path: "/dead-letters/redeliver",
    summary: "Push the refused events again",
    words:
      "Pushes them one by one: as many as the requests of one run suffice for, 100 at most. What " +
      "is accepted is removed, the rest stays. The next time begins behind the one that was tried last.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} -X POST "$URL/dead-letters/redeliver"`],
    answers: [json(200, "What became of them.", "Redelivery")],
    problems: [...IN_TURN, ...PUSHING],
  },
  {
    id: "startBackfill",
    method: "POST",
    path: "/backfill",
    summary: "Deliver a past range",
    words: "Asks for a past range; the runs go on with it beside the live collection. The same " +
      "two instants again, as `/status` tells them, go on where it was while it is not complete. The arguments may come in the " +
      "query or in a JSON body.",
    arguments: "BackfillArguments",
    examples: [`${CURL} -d '{"from": "90 days ago", "to": "30 days ago"}' "$URL/backfill"`],
    answers: [json(202, "It is noted; `/status` shows how far it is.", "Backfill")],
    problems: [...IN_TURN, "backfill_running"],
  },
  {
    id: "cancelBackfill",
    method: "DELETE",
    path: "/backfill",
    summary: "Give up the backfill",
    words: "What is delivered stays delivered. If there is none, nothing happens.",
    query: ACCOUNT_QUERY,
    examples: [`${CURL} -X DELETE "$URL/backfill"`],
    answers: [json(200, "There is no backfill any more.", "NoBackfill")],
    problems: IN_TURN,
  },
  {
    id: "forgetCursor",
    method: "DELETE",
    path: "/cursor",
    summary: "Start over",
    words: "Forgets the cursor: the next run begins at `FIRST_FETCH`, and events since then come " +
      "again, with the `event_id` that they always have.",
    query: CURSOR_QUERY,
    examples: [`${CURL} -X DELETE "$URL/cursor?confirm=<account>"`],
    answers: [json(200, "The cursor is forgotten.", "NoCursor")],
    problems: IN_TURN,
  },
  {
    id: "getDescription",
    method: "GET",
    path: "/openapi.json",
    summary: "This description, for programs",
    words: "OpenAPI 3.1, made from the schemas that the arguments are validated with.",
    examples: [`${CURL} "$URL/openapi.json"`],
    answers: [json(200, "The description.", "Description")],
    problems: GUARDED,
  },
  {
    id: "getDocs",
    method: "GET",
    path: "/docs",
    summary: "This description, for people",
    words: "One page that needs nothing from another host.",
    examples: [`${CURL} "$URL/docs" > docs.html`],
    answers: [{ status: 200, words: "The page.", content: { "text/html": ["Text"] } }],
    problems: GUARDED,
  },
];
