/** `/status`: the state of collecting. */
import * as v from "valibot";
import { ANY_DESTINATION, ANY_DESTINATION_FIRST } from "../../destinations/catalog.ts";
import type { Status as CollectorStatus } from "../../collector/collector.ts";
import type { Outcome } from "../../collector/service.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { READ_TOKEN } from "../auth/bearer.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import {
  account,
  count,
  destination as kind,
  instant,
  named,
  Problem,
  SERVICES,
  told,
} from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { verdict } from "./health.ts";
import { ASKED } from "./problem_codes.ts";
import { meant, PIPELINE } from "./pipelines.ts";
import { Answers, Backfill, lagSeconds, Run, TRIGGERS } from "./run_report.ts";

const Period = named(
  "Period",
  v.object({
    start: told(v.string(), "The hour, `2026-11-21T19`, or the day, `2026-11-21`, in UTC."),
    events: count,
    runs: count,
    failedRuns: count,
    lagSeconds: told(
      v.nullable(count),
      "The longest lag with which one of its runs ended; null if it was never known.",
    ),
  }),
);

const pastProblem = {
  code: v.string(),
  title: v.string(),
  service: told(
    v.nullable(v.picklist(SERVICES)),
    "The service that it is about; null if it is about none.",
  ),
};

const PastRun = named(
  "PastRun",
  v.object({
    runId: told(v.string(), "Identifies the run in the log."),
    trigger: v.picklist(TRIGGERS),
    startedAt: instant,
    durationMs: count,
    events: told(count, `Events that ${ANY_DESTINATION} acknowledged.`),
    refused: told(count, "Events that were not accepted."),
    requests: told(count, "Requests to other services."),
    lagSeconds,
    problem: told(v.nullable(v.object(pastProblem)), "Why it failed; null if it did not."),
  }),
);

const Outage = named(
  "Outage",
  v.object({
    ...pastProblem,
    from: told(instant, "When the first of them started."),
    until: told(instant, "When the last of them ended."),
    failedRuns: count,
  }),
  "Consecutive runs that failed for the same reason, at the same service.",
);

const Totals = named(
  "Totals",
  v.object({
    runs: count,
    failedRuns: count,
    delivered: count,
    deadLettered: count,
    discarded: told(
      count,
      "Refused events that somebody discarded, so that they were not delivered.",
    ),
    altered: count,
    lateArrivals: count,
    twins: count,
    repeats: count,
    reconciled: told(count, "Events that only reconciliation found, and that were delivered."),
    backfilled: told(count, "Events that backfills delivered."),
    retries: count,
    answers: Answers,
    durations: told(
      v.array(count),
      "Runs that took no longer than 0.1, 0.5, 1, 5, 10, 30, 60, and 120 seconds.",
    ),
    durationSeconds: v.pipe(v.number(), v.minValue(0)),
  }),
);

const TooLarge = named(
  "TooLarge",
  v.object({
    atLeastBytes: told(count, "How much of it was read."),
    sha256: told(v.string(), "SHA-256 of what was read, in hexadecimal."),
    timeMs: told(
      v.nullable(v.number()),
      "When the change happened; null if that was not among what was read.",
    ),
  }),
  "What is known of a record that the source shows but that is too large to be read even alone.",
);

const Gap = named(
  "Gap",
  v.object({
    day: told(v.string(), "The day from which the listing was read."),
    offset: told(count, "The place in that listing."),
    records: told(v.nullable(count), "How many; null if that can't be known."),
    afterMs: told(
      v.nullable(v.number()),
      "The time before the gap, in milliseconds since the epoch.",
    ),
    beforeMs: told(v.nullable(v.number()), "The time after the gap."),
    foundAtMs: v.number(),
    why: v.picklist(["unreadable", "never shown", "beyond the last offset"]),
    tooLarge: told(v.optional(TooLarge), "Set if it is one record that is too large to be read."),
  }),
  "Records that the source did not show. They are looked for again when the day is reconciled.",
);

const health = v.object({
  lastRun: v.nullable(Run),
  startedOverAt: told(
    v.nullable(instant),
    "When somebody started over; null once a run has ended since.",
  ),
  consecutiveFailures: count,
  failingSince: v.nullable(instant),
  workingSince: v.nullable(instant),
  lastSuccessAt: v.nullable(instant),
  lastDelivery: v.nullable(v.object({ at: instant, events: count })),
  gaps: told(v.array(Gap), "Records that the source has but did not show."),
  missingFields: told(
    v.array(v.string()),
    "Documented fields that the source does not know, so events lack them.",
  ),
  reconciledThrough: told(
    v.nullable(v.pipe(v.string(), v.isoDate())),
    "The last day that was read again to find late events.",
  ),
  totals: Totals,
  history: told(
    v.object({
      hours: v.array(Period),
      days: v.array(Period),
      runs: told(v.array(PastRun), "The last 24 runs."),
      outages: told(v.array(Outage), "The last 20 times that runs failed."),
    }),
    "The last 24 hours and 14 days, of which those without a run are left out; and the last runs and " +
      "failures. Oldest first.",
  ),
});

const accountName = told(
  v.nullable(v.string()),
  "`LIVEPERSON_ACCOUNT_NAME`; null if it is not set.",
);

const Status = named(
  "Status",
  v.object({
    ...verdict,
    account,
    accountName,
    destination: told(v.nullable(v.string()), `${ANY_DESTINATION_FIRST}'s host.`),
    kind,
    health,
    deadLetters: told(count, `Events that ${ANY_DESTINATION} refused and that are kept.`),
    backfill: v.nullable(Backfill),
    cursor: told(v.unknown(), "The cursor as it is stored; null before the first run."),
  }),
);

const StatusProblem = named(
  "StatusProblem",
  v.object({ account, accountName, destination: v.nullable(v.string()), kind, problem: Problem }),
  "An account, or one of its destinations, whose status is not known.",
);

const Statuses = named(
  "Statuses",
  v.object({ accounts: v.array(v.union([Status, StatusProblem])) }),
);

export const getStatus = defineRoute({
  id: "getStatus",
  method: "GET",
  path: "/status",
  access: READ_TOKEN,
  summary: "Check whether collecting works",
  words: "The state, the last run, the totals, the history and the cursor. Without `account`, of " +
    "all accounts, and without `destination` for all destinations: then it is a list.",
  arguments: PIPELINE,
  examples: [`${CURL} "$URL/status"`],
  answers: { 200: inJson("The status of one pipeline, or of several.", Status, Statuses) },
  problems: ASKED,
  handle: async (asked) => {
    const { pipelines, only, ask } = meant(asked);
    if (only !== null) return json(200, unwrap(await only.status()));
    const outcomes = await ask("status");
    return json(200, { accounts: outcomes.map((one, i) => statusOf(one, pipelines[i])) });
  },
});

function statusOf(outcome: Outcome<CollectorStatus>, pipeline: Pipeline) {
  if (outcome.ok) return outcome.value;
  const { account, accountName = null, destination } = pipeline;
  const { kind = null, identity = null } = destination ?? {};
  return { account, accountName, destination: identity, kind, problem: outcome.problem };
}
