/** Describes the report of a run, and the backfill in it, which several routes answer with. Pure. */
import * as v from "valibot";
import { FOUND } from "../../collector/records/cursor_store.ts";
import { RUN_LIMITS } from "../../collector/health/report.ts";
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { count, instant, named, Problem, SERVICES, told } from "../routing/schemas.ts";

export const TRIGGERS = ["cron", "http", "backlog", "script"] as const;

export const lagSeconds = told(
  v.nullable(count),
  "How far back events may still be undelivered, apart from those that are kept because they were not accepted.",
);

const Reconciliation = named(
  "Reconciliation",
  v.object({
    day: v.pipe(v.string(), v.isoDate()),
    found: told(count, "Events that had not been delivered."),
    delivered: told(count, "Those of them that were delivered."),
    complete: told(v.boolean(), "False if the next run continues it."),
  }),
  "A day that was read again to find late events.",
);

export const Backfill = named(
  "Backfill",
  v.object({
    from: instant,
    to: instant,
    startedAt: instant,
    completedAt: v.nullable(instant),
    delivered: count,
    deadLettered: told(count, "Events that became dead letters while it was delivered."),
    refused: told(
      count,
      `Events of the range that ${ANY_DESTINATION} did not accept: dead letters, or set aside. They may have ` +
        "been delivered since.",
    ),
    reached: told(instant, "Everything of the range before this time was delivered or set aside."),
    movedAt: told(instant, "When it last made progress, or was asked for."),
  }),
  "A past range that is delivered alongside live collection.",
);

const statuses = v.optional(v.record(v.string(), count));
export const Answers = named(
  "Answers",
  v.object(Object.fromEntries(SERVICES.map((name) => [name, statuses]))),
  "Attempts at requests by service and status; `none` if there was no answer.",
);

export const Run = named(
  "Run",
  v.object({
    runId: told(v.string(), "Identifies the run in the log."),
    trigger: v.picklist(TRIGGERS),
    outcome: told(
      v.picklist(["ok", "failed", "interrupted", "disabled"]),
      "`interrupted`: somebody stopped the collector, and a service had not answered yet. " +
        "`disabled`: `FETCH_EVENTS` is false, so nothing was done.",
    ),
    startedAt: instant,
    durationMs: count,
    delivered: told(count, `Events that ${ANY_DESTINATION} acknowledged.`),
    batches: count,
    deadLettered: told(count, "Events that became dead letters in live collection."),
    refused: told(
      count,
      `New events that ${ANY_DESTINATION} did not accept, in any part of the run: dead letters, or set aside.`,
    ),
    altered: told(
      count,
      "Events that were accepted, but altered: cut or stored separately, for example.",
    ),
    lateArrivals: told(count, "Events that the source showed only after newer ones."),
    twins: told(count, "Events that are identical to an earlier one in every field."),
    repeats: told(
      count,
      "Events that may have been delivered twice: their push got no answer, and they were sent again.",
    ),
    reconciliation: v.nullable(Reconciliation),
    backfill: v.nullable(Backfill),
    backfilled: told(count, "Events of that backfill that this run delivered."),
    retries: count,
    recordsRead: count,
    relocations: told(count, "How often the source's listing was found to have moved."),
    missingFields: told(
      v.array(v.string()),
      "Documented fields that the audit API says it does not have, so events lack them. They " +
        "are asked for again every day.",
    ),
    requests: told(v.record(v.string(), count), "Requests to other services, by name."),
    answers: Answers,
    more: told(v.boolean(), "There is more to read."),
    limitedBy: told(
      v.nullable(v.picklist(RUN_LIMITS)),
      "What ended it before there was no more to read: one of two settings, or the time that a run " +
        "may take.",
    ),
    sourceBehind: told(
      v.boolean(),
      "The source shows less than before, as a replica that lags would. The run waits for it.",
    ),
    goesOn: told(
      v.boolean(),
      "The next run follows at once: there is more to do, and this run made progress.",
    ),
    cursor: told(
      v.nullable(v.picklist(FOUND)),
      "Where the cursor came from; null if the run did not get that far. `republished`: its copy was " +
        "missing or different. `adopted`: it was read from that copy, because the journal was empty.",
    ),
    revision: told(v.nullable(count), "The cursor's number after the run."),
    lagSeconds,
    problem: v.optional(Problem),
  }),
  "The report of a run.",
);
