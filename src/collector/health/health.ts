/** Whether collecting works: what is remembered of the runs, and what follows from it. Pure. */
import type { Gap } from "../../engine/ports.ts";
import { iso } from "../../engine/time.ts";
import { length } from "../../format.ts";
import type { Answers } from "../../upstream/upstream.ts";
import { lagOf } from "./complete_until.ts";
import { gapsAfter, type ReadAgain, reconciledRange, recordsMissing } from "./gaps.ts";
import { type History, NO_HISTORY, withRun } from "./history.ts";
import type { RunReport } from "./report.ts";

export interface Totals {
  readonly runs: number;
  readonly failedRuns: number;
  readonly delivered: number;
  /** Events that became dead letters, in whatever part of the runs. */
  readonly deadLettered: number;
  readonly lateArrivals: number;
  readonly twins: number;
  readonly repeats: number;
  /** Events that only reconciliation found. */
  readonly reconciled: number;
  readonly retries: number;
  /** Attempts at requests, by service and status. */
  readonly answers: Answers;
  /** Runs by how long they took: of each bound in `DURATION_BOUNDS_SECONDS`, the runs that took no longer. */
  readonly durations: readonly number[];
  readonly durationSeconds: number;
}

/** Upper bounds of the histogram of run durations; a run may take longer than the last. */
export const DURATION_BOUNDS_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120] as const;

export interface Health {
  readonly lastRun: RunReport | null;
  /** Runs that failed since the last one that did not. */
  readonly consecutiveFailures: number;
  readonly failingSince: string | null;
  /** The first of the runs that succeeded without a failure in between, up to the last one. */
  readonly workingSince: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastDelivery: { readonly at: string; readonly events: number } | null;
  /** Everything older has been delivered. Epoch milliseconds. */
  readonly completeUntilMs: number | null;
  /** Records that the source has and did not show. */
  readonly gaps: readonly Gap[];
  /** Documented fields that the source does not know, so that events come without them. */
  readonly missingFields: readonly string[];
  /** The last day that was reconciled. */
  readonly reconciledThrough: string | null;
  readonly totals: Totals;
  readonly history: History;
}

export const UNKNOWN_HEALTH: Health = {
  lastRun: null,
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
    lateArrivals: 0,
    twins: 0,
    repeats: 0,
    reconciled: 0,
    retries: 0,
    answers: {},
    durations: DURATION_BOUNDS_SECONDS.map(() => 0),
    durationSeconds: 0,
  },
  history: NO_HISTORY,
};

/** What a run leaves behind for the health, beside its report. */
export interface Aftermath {
  readonly completeUntilMs: number | null;
  /** Dead letters that were added. */
  readonly deadLetters: number;
  /** Gaps that the run found. */
  readonly gaps: readonly Gap[];
  /** Fields that the source does not know any more. */
  readonly missingFields: readonly string[];
}

/** The health after one more run. */
export function afterRun(
  health: Health,
  report: RunReport,
  { completeUntilMs, deadLetters, gaps, missingFields }: Aftermath,
): Health {
  const failed = report.outcome === "failed";
  const endedMs = Date.parse(report.startedAt) + report.durationMs;
  const endedAt = iso(endedMs);
  const { totals } = health;
  return {
    lastRun: report,
    consecutiveFailures: failed ? health.consecutiveFailures + 1 : 0,
    failingSince: failed ? health.failingSince ?? report.startedAt : null,
    workingSince: failed ? null : health.workingSince ?? report.startedAt,
    lastSuccessAt: failed ? health.lastSuccessAt : endedAt,
    lastDelivery: report.delivered > 0
      ? { at: endedAt, events: report.delivered }
      : health.lastDelivery,
    completeUntilMs,
    gaps: gapsAfter(health.gaps, gaps, readAgain(report)),
    missingFields,
    reconciledThrough: report.reconciliation?.complete
      ? report.reconciliation.day
      : health.reconciledThrough,
    totals: {
      runs: totals.runs + 1,
      failedRuns: totals.failedRuns + (failed ? 1 : 0),
      delivered: totals.delivered + report.delivered,
      deadLettered: totals.deadLettered + deadLetters,
      lateArrivals: totals.lateArrivals + report.lateArrivals,
      twins: totals.twins + report.twins,
      repeats: totals.repeats + report.repeats,
      reconciled: totals.reconciled + (report.reconciliation?.found ?? 0),
      retries: totals.retries + report.retries,
      answers: addAnswers(totals.answers, report.answers),
      durations: DURATION_BOUNDS_SECONDS.map((bound, i) =>
        totals.durations[i] + (report.durationMs <= bound * 1000 ? 1 : 0)
      ),
      durationSeconds: totals.durationSeconds + report.durationMs / 1000,
    },
    history: withRun(health.history, report, endedMs),
  };
}

function addAnswers(before: Answers, news: Answers): Answers {
  const sum: Record<string, Record<string, number>> = structuredClone(before) as never;
  for (const [name, statuses] of Object.entries(news)) {
    const counts = sum[name] ??= {};
    for (const [status, count] of Object.entries(statuses)) {
      counts[status] = (counts[status] ?? 0) + count;
    }
  }
  return sum;
}

/** The ranges of event times that a run has read again to their end. */
function readAgain({ reconciliation, backfill }: RunReport): ReadAgain[] {
  const ranges: ReadAgain[] = [];
  if (reconciliation?.complete) ranges.push(reconciledRange(reconciliation.day));
  if (backfill !== null && backfill.completedAt !== null) {
    const [fromMs, toMs] = [Date.parse(backfill.from), Date.parse(backfill.to)];
    ranges.push({ fromMs, toMs, sinceMs: Date.parse(backfill.startedAt) });
  }
  return ranges;
}

/** `incomplete`: the runs succeed, and something is known to be missing. */
export const STATES = [
  "waiting",
  "disabled",
  "healthy",
  "incomplete",
  "behind",
  "failing",
] as const;
export type State = typeof STATES[number];

/** What is known to be missing at the destination. */
export interface Undelivered {
  /** Events that were refused and are kept. */
  readonly deadLetters: number;
  /** Events that wait until the destination accepts anything again. */
  readonly setAside: number;
  /** Records that the source has and did not show. */
  readonly gaps: number;
}

export interface Verdict {
  readonly undelivered: Undelivered;
  readonly state: State;
  readonly lagSeconds: number | null;
  /** Why, in words; what to do is in the last run's problem. */
  readonly because: string;
  /** True when somebody should be woken. */
  readonly alarming: boolean;
}

const ALARMING_FAILURES = 3;

/** `letters`: how many refused events are kept. */
export function judge(
  health: Health,
  letters: Omit<Undelivered, "gaps">,
  nowMs: number,
  lagThresholdMs: number,
  enabled: boolean,
): Verdict {
  const undelivered = { ...letters, gaps: recordsMissing(health.gaps) };
  const lagMs = lagOf(health.completeUntilMs, nowMs);
  const lagSeconds = typeof lagMs === "number" ? Math.round(lagMs / 1000) : null;
  const tell = (state: State, because: string, alarming: boolean): Verdict => ({
    state,
    lagSeconds,
    undelivered,
    because,
    alarming,
  });
  if (!enabled) return tell("disabled", "FETCH_EVENTS is false: nothing is collected.", false);
  if (health.lastRun === null) return tell("waiting", "No run has ended yet.", true);
  const tooFarBehind = lagMs === "clock" || (lagMs !== null && lagMs > lagThresholdMs);
  if (health.consecutiveFailures > 0) {
    const { consecutiveFailures: failures, failingSince } = health;
    return tell(
      "failing",
      `The last ${failures === 1 ? "run" : `${failures} runs`} failed, since ${failingSince}.`,
      failures >= ALARMING_FAILURES || tooFarBehind,
    );
  }
  if (lagMs === "clock") {
    return tell(
      "behind",
      "The lag is not known: the clock of the last run was ahead of what it is now.",
      true,
    );
  }
  if (tooFarBehind) {
    return tell(
      "behind",
      `Events of the last ${length(lagMs / 1000)} may not be delivered yet.`,
      true,
    );
  }
  const missing = whatIsMissing(undelivered, health.missingFields);
  if (missing !== null) return tell("incomplete", missing, false);
  return tell(
    "healthy",
    health.lastDelivery === null
      ? "The runs succeed; the source has shown no event yet."
      : `The runs succeed; the last event was delivered at ${health.lastDelivery.at}.`,
    false,
  );
}

/** What is known to be missing, in words; null if nothing is. */
function whatIsMissing(
  { deadLetters, setAside, gaps }: Undelivered,
  missingFields: readonly string[],
): string | null {
  const parts = [
    deadLetters > 0 && `${deadLetters} refused ${deadLetters === 1 ? "event" : "events"}`,
    setAside > 0 && `${setAside} ${setAside === 1 ? "event that waits" : "events that wait"} ` +
      "until the destination accepts anything",
    gaps > 0 && `${gaps} ${gaps === 1 ? "record" : "records"} that the source did not show`,
    missingFields.length > 0 &&
    `the ${missingFields.length === 1 ? "field" : "fields"} ${missingFields.join(", ")}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : `The runs succeed, but this is missing: ${parts.join("; ")}.`;
}
