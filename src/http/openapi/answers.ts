/**
 * What the routes answer, as schemas. They describe: what is answered is typed by the code, and
 * `agreement.ts` holds the two together. The names are those of the API description.
 */
import * as v from "valibot";
import { backfillArguments, getEventsArguments } from "../arguments.ts";
import { ANY_DESTINATION, ANY_DESTINATION_FIRST, KINDS } from "../../destinations/catalog.ts";
import { type ErrorCode, UPSTREAM_LABELS } from "../../errors.ts";
import { REASONS } from "../../problems.ts";

/** The services that are talked to, as problems and counts name them. */
const SERVICES: readonly string[] = [
  ...Object.keys(UPSTREAM_LABELS),
  ...KINDS.map((kind) => kind.id),
];

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const instant = v.pipe(v.string(), v.isoTimestamp());
const lagSeconds = v.pipe(
  v.nullable(count),
  v.description("Age of the oldest time that may still hold undelivered events."),
);
const account = v.pipe(v.string(), v.description("The account that it is about."));

/** A schema with words about it. A named schema has its own: it is used as it is. */
function told<S extends v.GenericSchema>(schema: S, words: string) {
  return v.pipe(schema, v.description(words));
}

/** An object that may have any other fields. */
function open<S extends v.GenericSchema>(schema: S, words: string) {
  return v.pipe(schema, v.metadata({ description: words, additionalProperties: true }));
}

/** What the fields of an event may hold that the source sends as it likes; text as a rule. */
const asItCame = (words: string) => told(v.unknown(), words);

const Problem = told(
  v.object({
    type: v.string(),
    title: told(v.string(), "What went wrong, in a few words."),
    status: told(v.pipe(v.number(), v.integer()), "The HTTP status."),
    code: told(v.picklist(Object.keys(REASONS) as ErrorCode[]), "Stable: programs may rely on it."),
    detail: told(v.string(), "What was attempted, and what was found."),
    action: v.optional(told(v.string(), "What to do about it.")),
    upstream: v.optional(told(
      v.object({
        name: v.picklist(SERVICES),
        status: v.optional(told(v.pipe(v.number(), v.integer()), "What it answered.")),
      }),
      "The service that failed.",
    )),
    account: v.optional(account),
    runId: v.optional(
      v.pipe(v.string(), v.description("Ties the answer to the log lines of the run or command.")),
    ),
  }),
  "An error, after RFC 9457.",
);

const AuditEvent = open(
  v.looseObject({
    changeDate: asItCame("When it was changed: ISO 8601, in UTC, with milliseconds."),
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

const Events = v.object({
  LivePerson: v.object({ Event: told(v.array(AuditEvent), "Oldest first.") }),
  count,
  pushed: told(count, `How many were pushed to ${ANY_DESTINATION}.`),
  more: told(v.boolean(), "There are more than the limit."),
});

const Reconciliation = told(
  v.object({
    day: v.pipe(v.string(), v.isoDate()),
    found: told(count, "Events that had not been delivered."),
    complete: told(v.boolean(), "False when the next run goes on."),
  }),
  "A day that was read again for what came too late.",
);

const Backfill = told(
  v.object({
    from: instant,
    to: instant,
    startedAt: instant,
    completedAt: v.nullable(instant),
    delivered: count,
    deadLettered: count,
    reached: told(instant, "Everything of the range before this time is delivered."),
  }),
  "A past range that is delivered beside the live collection.",
);

const statuses = v.optional(v.record(v.string(), count));
const Answers = told(
  v.object(Object.fromEntries(SERVICES.map((name) => [name, statuses]))) as v.GenericSchema<
    Record<string, Record<string, number>>
  >,
  "Attempts at requests, by service and status; `none` where there was no answer.",
);

const Run = told(
  v.object({
    runId: told(v.string(), "Ties the log lines of the run together."),
    trigger: v.picklist(["cron", "http", "backlog", "script"]),
    outcome: told(
      v.picklist(["ok", "failed", "disabled"]),
      "`disabled`: `FETCH_EVENTS` is false, nothing was done.",
    ),
    startedAt: instant,
    durationMs: count,
    delivered: told(count, `Events that ${ANY_DESTINATION} acknowledged.`),
    batches: count,
    deadLettered: told(count, `Events that ${ANY_DESTINATION} refused.`),
    lateArrivals: told(count, "Events that the source showed only after newer ones."),
    twins: told(count, "Events that are identical to an earlier one in every field."),
    repeats: told(count, "Events that may have come twice, because a run was cut off."),
    reconciliation: v.nullable(Reconciliation),
    backfill: v.nullable(Backfill),
    retries: count,
    recordsRead: count,
    relocations: told(count, "How often the source's listing was found to have moved."),
    requests: told(v.record(v.string(), count), "Requests to other services, by name."),
    answers: Answers,
    more: told(v.boolean(), "There is more to read: the next run follows at once."),
    cursor: told(
      v.nullable(v.picklist(["new", "stored", "behind", "lost"])),
      "How the cursor was found; null when the run did not come so far.",
    ),
    revision: told(v.nullable(count), "The cursor's number after the run."),
    lagSeconds,
    problem: v.optional(Problem),
  }),
  "The report of a run.",
);

const AccountRun = v.object({ account, ...Run.entries });
const AccountProblem = told(v.object({ account, problem: Problem }), "An account that failed.");
const accountRuns = v.array(v.union([AccountRun, AccountProblem]));
const Runs = told(v.object({ accounts: accountRuns }), "The runs of several accounts.");
const FailedRun = told(
  v.object({ ...Problem.entries, runId: v.string(), report: Run }),
  "Why the run failed, and its report.",
);
const FailedRuns = told(
  v.object({ ...Problem.entries, accounts: accountRuns }),
  "Some of the accounts failed.",
);

const Step = v.object({
  step: v.picklist(["configuration", "discovery", "token", "audit"]),
  outcome: told(v.picklist(["ok", "failed", "skipped"]), "`skipped`: a step before it failed."),
  milliseconds: count,
  problem: v.optional(Problem),
});
const Connection = v.object({ ok: v.literal(true), steps: v.array(Step) });
const FailedConnection = told(
  v.object({ ...Problem.entries, ok: v.literal(false), steps: v.array(Step) }),
  "The problem of the step that failed, and all steps.",
);

const Up = v.object({ status: v.literal("up"), version: v.string() });
const Verdict = v.object({
  state: v.picklist(["waiting", "disabled", "healthy", "behind", "failing"]),
  lagSeconds,
  because: told(v.string(), "Why, in words."),
  alarming: told(v.boolean(), "True when somebody should be woken."),
});
const Health = v.object({ version: v.string(), ...Verdict.entries });
const AccountHealth = v.object({ account, ...Verdict.entries });
const AccountAlarm = told(
  v.object({ account, alarming: v.literal(true), problem: Problem }),
  "An account that can't be asked.",
);
const Healths = v.object({
  version: v.string(),
  alarming: v.boolean(),
  accounts: v.array(v.union([AccountHealth, AccountAlarm])),
});

const Period = v.object({
  start: told(v.string(), "The hour, `2026-11-21T19`, or the day, `2026-11-21`, in UTC."),
  events: count,
  runs: count,
  failedRuns: count,
});

const Totals = v.object({
  runs: count,
  failedRuns: count,
  delivered: count,
  deadLettered: count,
  lateArrivals: count,
  twins: count,
  repeats: count,
  reconciled: told(count, "Events that only reconciliation found."),
  retries: count,
  answers: Answers,
  durations: told(
    v.array(count),
    "Runs that took no longer than 0.1, 0.5, 1, 5, 10, 30, 60, and 120 seconds.",
  ),
  durationSeconds: v.pipe(v.number(), v.minValue(0)),
});

const Status = v.object({
  ...Verdict.entries,
  account,
  destination: told(v.nullable(v.string()), `${ANY_DESTINATION_FIRST}'s host.`),
  health: v.object({
    lastRun: v.nullable(Run),
    consecutiveFailures: count,
    failingSince: v.nullable(instant),
    workingSince: v.nullable(instant),
    lastSuccessAt: v.nullable(instant),
    lastDelivery: v.nullable(v.object({ at: instant, events: count })),
    reconciledThrough: told(
      v.nullable(v.pipe(v.string(), v.isoDate())),
      "The last day that was read again for what came too late.",
    ),
    cursorLostAt: told(v.nullable(instant), "When the stored cursor was found missing."),
    totals: Totals,
    history: told(
      v.object({ hours: v.array(Period), days: v.array(Period) }),
      "The last 24 hours and 14 days, oldest first; those without a run are left out.",
    ),
  }),
  deadLetters: told(count, `Events that ${ANY_DESTINATION} refused and that are kept.`),
  backfill: v.nullable(Backfill),
  cursor: told(v.unknown(), "The stored cursor as it is; null before the first run."),
});
const Statuses = v.object({ accounts: v.array(v.union([Status, AccountProblem])) });

const DeadLetter = told(
  v.object({
    eventId: v.string(),
    json: told(v.string(), "The event as it would have been pushed: one line of JSON."),
    reason: v.string(),
    status: told(
      v.nullable(v.pipe(v.number(), v.integer())),
      `What ${ANY_DESTINATION} answered; null when the event was too large to be sent at all.`,
    ),
    refusedAt: instant,
  }),
  `An event that ${ANY_DESTINATION} refused.`,
);
const DeadLetters = v.object({
  count,
  letters: told(v.array(DeadLetter), "The first 100, by event id."),
});
const Redelivery = v.object({
  delivered: count,
  refused: told(count, "Refused again, or too large to be sent at all."),
  left: told(count, "Dead letters that are left altogether."),
});

const NoBackfill = v.object({ backfill: v.null() });
const NoCursor = v.object({ account, cursor: v.null() });
const Text = v.string();
const Description = open(v.looseObject({ openapi: v.string() }), "This document.");

/** Every named schema. The arguments are described for any time: what is past is known only later. */
export const SCHEMAS = {
  Problem,
  AuditEvent,
  Events,
  GetEventsArguments: getEventsArguments(0),
  BackfillArguments: backfillArguments(0),
  Run,
  AccountRun,
  AccountProblem,
  Runs,
  FailedRun,
  FailedRuns,
  Reconciliation,
  Backfill,
  Answers,
  Step,
  Connection,
  FailedConnection,
  Up,
  Verdict,
  Health,
  AccountHealth,
  AccountAlarm,
  Healths,
  Period,
  Totals,
  Status,
  Statuses,
  DeadLetter,
  DeadLetters,
  Redelivery,
  NoBackfill,
  NoCursor,
  Text,
  Description,
} as const;

export type SchemaName = keyof typeof SCHEMAS;
