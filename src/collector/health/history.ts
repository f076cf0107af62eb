/**
 * Recent history: counts by hour for a day and by day for two weeks, the last runs, and the last times that
 * runs failed. Bounded, and written only with the health, of which it is a part. Pure.
 */
import { iso } from "../../engine/time.ts";
import type { UpstreamName } from "../../errors.ts";
import type { Problem } from "../../problems.ts";
import { eventsOf, type RunReport, type Trigger } from "./report.ts";

export interface Period {
  /** The hour, `2026-11-21T19`, or the day, `2026-11-21`, in UTC. */
  readonly start: string;
  readonly events: number;
  readonly runs: number;
  readonly failedRuns: number;
  /** The longest lag with which one of its runs ended; null if it was never known. */
  readonly lagSeconds: number | null;
}

/** A run, in brief. */
export interface PastRun {
  readonly runId: string;
  readonly trigger: Trigger;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly events: number;
  /** Events that the destination did not accept. */
  readonly refused: number;
  /** Requests to other services. */
  readonly requests: number;
  /** When it ended; null if that is not known. */
  readonly lagSeconds: number | null;
  /** Why it failed; null if it did not. */
  readonly problem: PastProblem | null;
}

export interface PastProblem {
  readonly code: string;
  readonly title: string;
  /** The service that it is about; null if it is about none. */
  readonly service: UpstreamName | null;
}

/** Consecutive runs that failed for the same reason, at the same service. */
export interface Outage extends PastProblem {
  /** When the first of them started. */
  readonly from: string;
  /** When the last of them ended. */
  readonly until: string;
  readonly failedRuns: number;
}

/** Oldest first, all of it. */
export interface History {
  /** Periods without a run are left out. */
  readonly hours: readonly Period[];
  readonly days: readonly Period[];
  readonly runs: readonly PastRun[];
  readonly outages: readonly Outage[];
}

export const NO_HISTORY: History = { hours: [], days: [], runs: [], outages: [] };

const KEPT_HOURS = 24;
const KEPT_DAYS = 14;
const KEPT_RUNS = 24;
const KEPT_OUTAGES = 20;

export function withRun(history: History, report: RunReport, endedMs: number): History {
  const at = iso(endedMs);
  const run = pastRun(report);
  const { events, lagSeconds, problem } = run;
  const news = { events, runs: 1, failedRuns: problem === null ? 0 : 1, lagSeconds };
  return {
    ...history,
    ...withNews(history, news, at),
    runs: [...history.runs, run].slice(-KEPT_RUNS),
    outages: outagesAfter(history, run, at).slice(-KEPT_OUTAGES),
  };
}

/** The history after events were delivered at somebody's request, not by a run. */
export function withEvents(history: History, events: number, deliveredMs: number): History {
  const news = { events, runs: 0, failedRuns: 0, lagSeconds: null };
  return { ...history, ...withNews(history, news, iso(deliveredMs)) };
}

/** What is added to the hour and the day. */
type News = Omit<Period, "start">;

function withNews({ hours, days }: History, news: News, at: string) {
  return {
    hours: noted(hours, at.slice(0, 13), news).slice(-KEPT_HOURS),
    days: noted(days, at.slice(0, 10), news).slice(-KEPT_DAYS),
  };
}

function pastRun(report: RunReport): PastRun {
  const { runId, trigger, startedAt, durationMs, refused, requests, lagSeconds } = report;
  const { problem } = report;
  return {
    ...{ runId, trigger, startedAt, durationMs, refused, lagSeconds },
    events: eventsOf(report),
    requests: Object.values(requests).reduce((sum, count) => sum + count, 0),
    problem: problem === undefined ? null : pastProblem(problem),
  };
}

function pastProblem({ code, title, upstream }: Problem): PastProblem {
  return { code, title, service: upstream?.name ?? null };
}

function noted(periods: readonly Period[], start: string, news: News): readonly Period[] {
  const last = periods.at(-1);
  const none: Period = { start, events: 0, runs: 0, failedRuns: 0, lagSeconds: null };
  const period = last?.start === start ? last : none;
  const others = last?.start === start ? periods.slice(0, -1) : periods;
  return [...others, {
    start,
    events: period.events + news.events,
    runs: period.runs + news.runs,
    failedRuns: period.failedRuns + news.failedRuns,
    lagSeconds: longer(period.lagSeconds, news.lagSeconds),
  }];
}

/** A failure belongs to the last outage if the run before it failed for the same reason, at the same service. */
function outagesAfter(
  { runs, outages }: History,
  { problem, startedAt }: PastRun,
  until: string,
): readonly Outage[] {
  if (problem === null) return outages;
  const last = outages.at(-1);
  const before = runs.at(-1)?.problem ?? null;
  const goesOn = last !== undefined && before !== null &&
    before.code === problem.code && before.service === problem.service;
  if (!goesOn) return [...outages, { ...problem, from: startedAt, until, failedRuns: 1 }];
  return [...outages.slice(0, -1), { ...last, until, failedRuns: last.failedRuns + 1 }];
}

function longer(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one ?? other : Math.max(one, other);
}
