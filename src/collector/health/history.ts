/** Recent history: counts by hour for a day, and by day for two weeks. Pure. */
import { iso } from "../../engine/time.ts";
import type { RunReport } from "./report.ts";

export interface Period {
  /** The hour, `2026-11-21T19`, or the day, `2026-11-21`, in UTC. */
  readonly start: string;
  readonly events: number;
  readonly runs: number;
  readonly failedRuns: number;
}

export interface History {
  /** Oldest first; periods without a run are left out. */
  readonly hours: readonly Period[];
  readonly days: readonly Period[];
}

export const NO_HISTORY: History = { hours: [], days: [] };

const KEPT_HOURS = 24;
const KEPT_DAYS = 14;

export function withRun(history: History, report: RunReport, endedMs: number): History {
  const at = iso(endedMs);
  return {
    hours: noted(history.hours, at.slice(0, 13), report).slice(-KEPT_HOURS),
    days: noted(history.days, at.slice(0, 10), report).slice(-KEPT_DAYS),
  };
}

function noted(periods: readonly Period[], start: string, report: RunReport): readonly Period[] {
  const last = periods.at(-1);
  const period = last?.start === start ? last : { start, events: 0, runs: 0, failedRuns: 0 };
  const others = last?.start === start ? periods.slice(0, -1) : periods;
  return [...others, {
    start,
    events: period.events + report.delivered,
    runs: period.runs + 1,
    failedRuns: period.failedRuns + (report.outcome === "failed" ? 1 : 0),
  }];
}
