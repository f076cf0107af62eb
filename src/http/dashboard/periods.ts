/** The history as bars: every hour of a day and every day of two weeks, including those without a run. Pure. */
import type { History, Period } from "../../collector/health/history.ts";
import { DAY_MS, HOUR_MS, iso } from "../../engine/time.ts";
import { day } from "../../format.ts";

export interface Bar extends Period {
  /** `19:00` or `21 Nov 2026`. */
  readonly name: string;
}

/** The last 24 hours, this one included, oldest first. */
export function lastHours({ hours }: History, nowMs: number): Bar[] {
  return bars(hours, 24, HOUR_MS, nowMs, 13, (start) => `${start.slice(11)}:00`);
}

/** The last 14 days, today included, oldest first. */
export function lastDays({ days }: History, nowMs: number): Bar[] {
  return bars(days, 14, DAY_MS, nowMs, 10, day);
}

function bars(
  periods: readonly Period[],
  count: number,
  lengthMs: number,
  nowMs: number,
  startLength: number,
  name: (start: string) => string,
): Bar[] {
  const byStart = new Map(periods.map((period) => [period.start, period]));
  return Array.from({ length: count }, (_, i) => {
    const start = iso(nowMs - (count - 1 - i) * lengthMs).slice(0, startLength);
    const none: Period = { start, events: 0, runs: 0, failedRuns: 0, lagSeconds: null };
    return { ...(byStart.get(start) ?? none), name: name(start) };
  });
}

export function sumOfEvents(bars: readonly Bar[]): number {
  return bars.reduce((sum, bar) => sum + bar.events, 0);
}
