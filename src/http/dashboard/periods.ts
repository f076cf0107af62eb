/** The history as bars: every hour of a day and every day of two weeks, including those without a run. Pure. */
import type { History, Period } from "../../collector/health/history.ts";
import { DAY_MS, HOUR_MS, iso } from "../../engine/time.ts";
import { day } from "../../format.ts";

const HOURS = 24;
const DAYS = 14;

export interface Bar extends Period {
  /** `19:00` or `21 Nov 2026`. */
  readonly name: string;
}

/** The current hour and the 23 before it, oldest first: from 23 to 24 hours, as hours begin on the hour. */
export function lastHours({ hours }: History, nowMs: number): Bar[] {
  return bars(hours, HOURS, HOUR_MS, nowMs, 13, (start) => `${start.slice(11)}:00`);
}

/** Today and the 13 days before it, oldest first. */
export function lastDays({ days }: History, nowMs: number): Bar[] {
  return bars(days, DAYS, DAY_MS, nowMs, 10, day);
}

/** When the first of the hours begins: `20:00 UTC yesterday`. */
export function startOfHours(nowMs: number): string {
  const start = iso(nowMs - (HOURS - 1) * HOUR_MS);
  const isToday = start.slice(0, 10) === iso(nowMs).slice(0, 10);
  return `${start.slice(11, 13)}:00 UTC${isToday ? "" : " yesterday"}`;
}

/** When the first of the days begins: `8 Nov 2026`. */
export function startOfDays(nowMs: number): string {
  return day(iso(nowMs - (DAYS - 1) * DAY_MS));
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
