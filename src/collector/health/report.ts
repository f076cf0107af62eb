/** What a run tells about itself: to its caller, in one log line, and in `/status`. Pure. */
import type { Problem } from "../../problems.ts";
import { iso } from "../../engine/time.ts";
import type { Progress } from "../../engine/progress.ts";
import { missingFields } from "../../sources/liveperson/dialect.ts";
import type { AnswerCounts, Upstream } from "../../upstream/upstream.ts";
import type { Found, Opened } from "../records/cursor_store.ts";

/** Who started the run. */
export type Trigger = "cron" | "http" | "backlog" | "script";

export interface RunReport {
  readonly runId: string;
  readonly trigger: Trigger;
  /** `interrupted`: somebody stopped it while a service had not answered, which is nobody's failure. */
  readonly outcome: "ok" | "failed" | "interrupted" | "disabled";
  readonly startedAt: string;
  readonly durationMs: number;
  /** Events that the destination acknowledged: new ones, and those that it had refused before. */
  readonly delivered: number;
  readonly batches: number;
  /** Events that became dead letters in the live part, whether new or set aside before. */
  readonly deadLettered: number;
  /** New events that the destination did not accept, in any part of the run: dead letters, or set aside. */
  readonly refused: number;
  /** Events that the destination accepted, but altered, in any part of the run. */
  readonly altered: number;
  /** Events that the source showed only after newer ones had been read. */
  readonly lateArrivals: number;
  /** Events that are identical to an earlier one in every field. */
  readonly twins: number;
  /** Events that may have been delivered twice: their push got no answer, and they were sent again. */
  readonly repeats: number;
  /** The day that was read again for late events, and what was found; null if none was due. */
  readonly reconciliation: Reconciliation | null;
  /** How far the backfill is that this run continued; null if there was none. */
  readonly backfill: BackfillState | null;
  /** Events of that backfill that this run delivered. */
  readonly backfilled: number;
  readonly retries: number;
  readonly recordsRead: number;
  readonly relocations: number;
  /** Documented fields that the source does not have at present: events lack them. */
  readonly missingFields: readonly string[];
  /** Requests to other services, by name: domain, token, audit, and the destination's id. */
  readonly requests: Readonly<Record<string, number>>;
  /** The same by service and status; `none` if there was no answer. */
  readonly answers: AnswerCounts;
  /** True when there is more to read. */
  readonly more: boolean;
  /** What ended it before there was no more to read; null if nothing did. */
  readonly limitedBy: RunLimit | null;
  /** True if the source shows less than before, so that the run waits for it. */
  readonly sourceBehind: boolean;
  /** True if the next run follows at once: there is more to do, and this run made progress. */
  readonly goesOn: boolean;
  /** Where the cursor came from; null if the run did not get that far. */
  readonly cursor: Found | null;
  readonly revision: number | null;
  /** How far back events may still be undelivered, apart from those that are kept because they were not accepted. */
  readonly lagSeconds: number | null;
  readonly problem?: Problem;
}

/** What ends a run early: one of two settings, or the time that a run may take. */
export const RUN_LIMITS = ["MAX_FETCH", "REQUESTS_PER_RUN", "time"] as const;
export type RunLimit = typeof RUN_LIMITS[number];

/** What reconciliation did on a day. */
export interface Reconciliation {
  readonly day: string;
  /** Events that had not been delivered. */
  readonly found: number;
  /** Those of them that the destination acknowledged. */
  readonly delivered: number;
  /** False if the run's budget ended first; the next run continues. */
  readonly complete: boolean;
}

/** Where a backfill stands. */
export interface BackfillState {
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  readonly completedAt: string | null;
  readonly delivered: number;
  /** Events that became dead letters while it was delivered. */
  readonly deadLettered: number;
  /** Events of the range that were not accepted: dead letters, or set aside. They may have been delivered since. */
  readonly refused: number;
  /** Everything in the range before this time was delivered or refused. */
  readonly reached: string;
  /** When it last made progress, or was asked for. */
  readonly movedAt: string;
}

/** Should the next run follow at once? */
export function wantsMore({ outcome, goesOn }: RunReport): boolean {
  return outcome === "ok" && goesOn;
}

/** What became of events in the parts of a run beside the live one. */
export interface Beside {
  /** Accepted, but altered by the destination. */
  readonly altered: number;
  /** Refused before, by whatever part of a run, and delivered now. */
  readonly redelivered: number;
  /** New ones that were not accepted. */
  readonly refused: number;
  /** In attempts that got no answer, and sent again: they may have been delivered twice. */
  readonly unanswered: number;
}

export const NOTHING_BESIDE: Beside = { altered: 0, redelivered: 0, refused: 0, unanswered: 0 };

export function addBeside(sum: Beside, part: Beside): Beside {
  return {
    altered: sum.altered + part.altered,
    redelivered: sum.redelivered + part.redelivered,
    refused: sum.refused + part.refused,
    unanswered: sum.unanswered + part.unanswered,
  };
}

/** Which run it is about. `startedMs`: epoch milliseconds. */
export interface RunIdentity {
  readonly runId: string;
  readonly trigger: Trigger;
  readonly startedMs: number;
}

interface Told extends RunIdentity {
  readonly endedMs: number;
  readonly progress: Progress | null;
  readonly opened: Opened | null;
  /** Events that an earlier run had left in flight and that this one has sent again. */
  readonly resent: number;
  readonly reconciliation: Reconciliation | null;
  readonly backfill: BackfillState | null;
  readonly backfilled: number;
  readonly limitedBy: RunLimit | null;
  readonly beside: Beside;
  /** True if the work outside the live part made progress and is not complete. */
  readonly asideGoesOn: boolean;
  readonly used: Upstream["used"];
  readonly completeUntilMs: number | null;
  readonly problem?: Problem;
}

export function toReport(told: Told): RunReport {
  const { progress, opened, used, completeUntilMs } = told;
  return {
    runId: told.runId,
    trigger: told.trigger,
    outcome: outcomeOf(told.problem),
    startedAt: iso(told.startedMs),
    durationMs: told.endedMs - told.startedMs,
    delivered: (progress?.delivered ?? 0) + (progress?.redelivered ?? 0) + told.beside.redelivered,
    batches: progress?.batches ?? 0,
    deadLettered: progress?.deadLettered ?? 0,
    refused: (progress?.refused ?? 0) + told.beside.refused,
    altered: (progress?.altered ?? 0) + told.beside.altered,
    lateArrivals: progress?.lateArrivals ?? 0,
    twins: progress?.twins ?? 0,
    repeats: told.resent + (progress?.unanswered ?? 0) + told.beside.unanswered,
    reconciliation: told.reconciliation,
    backfill: told.backfill,
    backfilled: told.backfilled,
    retries: used.retries,
    recordsRead: progress?.recordsRead ?? 0,
    relocations: progress?.relocations ?? 0,
    missingFields: missingFields(progress?.cursor.source),
    requests: Object.fromEntries(
      Object.entries(used.answers).map(([name, statuses]) => [name, sumOf(statuses)]),
    ),
    answers: used.answers,
    more: progress?.more ?? false,
    limitedBy: told.limitedBy,
    sourceBehind: progress?.behind ?? false,
    goesOn: told.asideGoesOn || (progress !== null && progress.more && progress.commits > 0),
    cursor: opened?.found ?? null,
    revision: progress?.cursor.revision ?? null,
    lagSeconds: completeUntilMs === null
      ? null
      : Math.max(0, Math.round((told.endedMs - completeUntilMs) / 1000)),
    ...(told.problem !== undefined && { problem: told.problem }),
  };
}

function outcomeOf(problem: Problem | undefined): RunReport["outcome"] {
  if (problem === undefined) return "ok";
  return problem.code === "run_interrupted" ? "interrupted" : "failed";
}

/** The report of a run that did nothing, because fetching is switched off. */
export function disabledReport(run: RunIdentity): RunReport {
  const used = { retries: 0, answers: {} };
  const nothing = {
    progress: null,
    opened: null,
    resent: 0,
    reconciliation: null,
    backfill: null,
    backfilled: 0,
    limitedBy: null,
    beside: NOTHING_BESIDE,
    asideGoesOn: false,
    used,
    completeUntilMs: null,
  };
  return { ...toReport({ ...run, endedMs: run.startedMs, ...nothing }), outcome: "disabled" };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** All events that a run delivered, in any of its parts. */
export function eventsOf({ delivered, reconciliation, backfilled }: RunReport): number {
  return delivered + (reconciliation?.delivered ?? 0) + backfilled;
}
