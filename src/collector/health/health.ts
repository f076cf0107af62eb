/** What is remembered of the runs, to tell whether collecting works. Pure. */
import type { Gap } from "../../engine/progress.ts";
import { iso } from "../../engine/time.ts";
import type { AnswerCounts } from "../../upstream/upstream.ts";
import { gapsAfter, type ReadAgain } from "./gaps.ts";
import { type History, NO_HISTORY, withEvents, withRun } from "./history.ts";
import { type BackfillState, eventsOf, type RunReport } from "./report.ts";

export interface Totals {
  readonly runs: number;
  readonly failedRuns: number;
  readonly delivered: number;
  /** Events that became dead letters, in whatever part of the runs. */
  readonly deadLettered: number;
  /** Refused events that somebody discarded: they are no longer delivered. */
  readonly discarded: number;
  /** Events that the destination accepted, but altered. */
  readonly altered: number;
  readonly lateArrivals: number;
  readonly twins: number;
  readonly repeats: number;
  /** Events that only reconciliation found, and that were delivered. */
  readonly reconciled: number;
  /** Events that backfills delivered. */
  readonly backfilled: number;
  readonly retries: number;
  /** Attempts at requests, by service and status. */
  readonly answers: AnswerCounts;
  /**
   * Runs by how long they took: for each bound in `DURATION_BOUNDS_SECONDS`, the runs that took no longer.
   */
  readonly durations: readonly number[];
  readonly durationSeconds: number;
}

/** Upper bounds of the histogram of run durations; a run may take longer than the last bound. */
export const DURATION_BOUNDS_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120] as const;

export interface Health {
  readonly lastRun: RunReport | null;
  /** When somebody started over; null once a run has ended since. */
  readonly startedOverAt: string | null;
  /** Runs that have failed since the last successful one. */
  readonly consecutiveFailures: number;
  readonly failingSince: string | null;
  /** The first of the runs that succeeded without a failure in between, up to the last one. */
  readonly workingSince: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastDelivery: { readonly at: string; readonly events: number } | null;
  /** Everything older has been delivered. Epoch milliseconds. */
  readonly completeUntilMs: number | null;
  /** Records that the source has but did not show. */
  readonly gaps: readonly Gap[];
  /** Documented fields that the source does not know, so that events lack them. */
  readonly missingFields: readonly string[];
  /** The last day that was reconciled. */
  readonly reconciledThrough: string | null;
  readonly totals: Totals;
  readonly history: History;
}

export const UNKNOWN_HEALTH: Health = {
  lastRun: null,
  startedOverAt: null,
  consecutiveFailures: 0,
  failingSince: null,
  workingSince: null,
  lastSuccessAt: null,
  lastDelivery: null,
  completeUntilMs: null,
  gaps: [],
  missingFields: [],
  reconciledThrough: null,
  totals: {
    runs: 0,
    failedRuns: 0,
    delivered: 0,
    deadLettered: 0,
    discarded: 0,
    altered: 0,
    lateArrivals: 0,
    twins: 0,
    repeats: 0,
    reconciled: 0,
    backfilled: 0,
    retries: 0,
    answers: {},
    durations: DURATION_BOUNDS_SECONDS.map(() => 0),
    durationSeconds: 0,
  },
  history: NO_HISTORY,
};

/** What a run passes on to the health, besides its report. */
interface Aftermath {
  readonly completeUntilMs: number | null;
  /** Dead letters that were added. */
  readonly deadLetters: number;
  /** Gaps that the run found. */
  readonly gaps: readonly Gap[];
  /** What was reconciled completely. */
  readonly readAgain: readonly ReadAgain[];
  /** True if the collection reached the end of the listing. */
  readonly isAtEnd: boolean;
  /** Fields that the source no longer knows. */
  readonly missingFields: readonly string[];
}

/**
 * The health after one more run. What an interrupted one did counts, but it neither succeeded nor failed:
 * nothing else changes.
 */
export function afterRun(health: Health, report: RunReport, aftermath: Aftermath): Health {
  const endedMs = Date.parse(report.startedAt) + report.durationMs;
  const worked = withWork(health, report, aftermath, endedMs);
  if (report.outcome === "interrupted") return worked;
  const failed = report.outcome === "failed";
  const { totals } = worked;
  return {
    ...worked,
    lastRun: report,
    startedOverAt: null,
    consecutiveFailures: failed ? health.consecutiveFailures + 1 : 0,
    failingSince: failed ? health.failingSince ?? report.startedAt : null,
    workingSince: failed ? null : health.workingSince ?? report.startedAt,
    lastSuccessAt: failed ? health.lastSuccessAt : iso(endedMs),
    totals: {
      ...totals,
      runs: totals.runs + 1,
      failedRuns: totals.failedRuns + (failed ? 1 : 0),
      durations: DURATION_BOUNDS_SECONDS.map((bound, i) =>
        totals.durations[i] + (report.durationMs <= bound * 1000 ? 1 : 0)
      ),
      durationSeconds: totals.durationSeconds + report.durationMs / 1000,
    },
    history: withRun(health.history, report, endedMs),
  };
}

/** What a run did, however it ended. */
function withWork(
  health: Health,
  report: RunReport,
  { completeUntilMs, deadLetters, gaps, readAgain, isAtEnd, missingFields }: Aftermath,
  endedMs: number,
): Health {
  const events = eventsOf(report);
  const { totals } = health;
  return {
    ...health,
    lastDelivery: events > 0 ? { at: iso(endedMs), events } : health.lastDelivery,
    completeUntilMs,
    gaps: gapsAfter(
      health.gaps,
      gaps,
      [...readAgain, ...backfilledRange(report.backfill)],
      isAtEnd,
    ),
    missingFields,
    reconciledThrough: report.reconciliation?.complete
      ? report.reconciliation.day
      : health.reconciledThrough,
    totals: {
      ...totals,
      delivered: totals.delivered + report.delivered,
      deadLettered: totals.deadLettered + deadLetters,
      altered: totals.altered + report.altered,
      lateArrivals: totals.lateArrivals + report.lateArrivals,
      twins: totals.twins + report.twins,
      repeats: totals.repeats + report.repeats,
      reconciled: totals.reconciled + (report.reconciliation?.delivered ?? 0),
      backfilled: totals.backfilled + report.backfilled,
      retries: totals.retries + report.retries,
      answers: addAnswers(totals.answers, report.answers),
    },
    history: events === 0 ? health.history : withEvents(health.history, events, endedMs),
  };
}

/**
 * The health once the cursor is forgotten: until a run has read something again, no more is known than
 * before the very first one.
 */
export function afterStartOver(health: Health, nowMs: number): Health {
  return { ...health, startedOverAt: iso(nowMs), completeUntilMs: null };
}

/** What was done at somebody's request, and not by a run. */
export interface Request {
  /** Refused events that were delivered. */
  readonly redelivered?: number;
  readonly discarded?: number;
  readonly backfilled?: number;
  /** Events that may have been delivered twice. */
  readonly repeats?: number;
  /** The backfill, as it stands then. */
  readonly backfill?: BackfillState;
  /** Dead letters that were added. */
  readonly deadLetters?: number;
  readonly gaps?: readonly Gap[];
}

/** The health after it. */
export function afterRequest(
  health: Health,
  { redelivered = 0, discarded = 0, backfilled = 0, repeats = 0, ...request }: Request,
  nowMs: number,
): Health {
  const { backfill = null, deadLetters = 0, gaps = [] } = request;
  const events = redelivered + backfilled;
  const { totals } = health;
  return {
    ...health,
    lastDelivery: events > 0 ? { at: iso(nowMs), events } : health.lastDelivery,
    gaps: gapsAfter(health.gaps, gaps, backfilledRange(backfill)),
    totals: {
      ...totals,
      delivered: totals.delivered + redelivered,
      discarded: totals.discarded + discarded,
      repeats: totals.repeats + repeats,
      backfilled: totals.backfilled + backfilled,
      deadLettered: totals.deadLettered + deadLetters,
    },
    history: events === 0 ? health.history : withEvents(health.history, events, nowMs),
  };
}

function addAnswers(before: AnswerCounts, news: AnswerCounts): AnswerCounts {
  const sum: Record<string, Record<string, number>> = structuredClone(before) as never;
  for (const [name, statuses] of Object.entries(news)) {
    const counts = sum[name] ??= {};
    for (const [status, count] of Object.entries(statuses)) {
      counts[status] = (counts[status] ?? 0) + count;
    }
  }
  return sum;
}

/** The range of event times that a backfill has read again completely. */
function backfilledRange(backfill: BackfillState | null): ReadAgain[] {
  if (backfill === null || backfill.completedAt === null) return [];
  const [fromMs, toMs] = [Date.parse(backfill.from), Date.parse(backfill.to)];
  return [{ fromMs, toMs, sinceMs: Date.parse(backfill.startedAt) }];
}
