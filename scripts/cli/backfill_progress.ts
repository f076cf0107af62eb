/** The progress of a backfill, in numbers and words. Pure. */
import { count, dayAndTime, number } from "../../src/format.ts";
import type { BackfillState } from "../../src/collector/health/report.ts";

/** How much of the range is done, by time: from 0 to 1. */
export function backfillFraction({ from, to, reached, completedAt }: BackfillState): number {
  return completedAt === null ? timeFraction(from, to, reached) : 1;
}

/** How far `reached` lies between the two ends; all are ISO 8601 times. */
export function timeFraction(from: string, to: string, reached: string): number {
  const [start, end, now] = [from, to, reached].map(Date.parse);
  return end <= start ? 1 : Math.min(1, Math.max(0, (now - start) / (end - start)));
}

export function backfillProgress({ delivered, refused, reached }: BackfillState): string {
  const others = refused === 0 ? "" : `, ${number(refused)} not accepted at first`;
  return `${count(delivered, "event")} delivered${others}, reached ${dayAndTime(reached)}`;
}
