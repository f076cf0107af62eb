/** What a measure tells, and how it is boiled down. Pure, but for the clock. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must not exceed, whatever the machine; left out for what depends on it. */
  readonly most?: number;
  /** What it is to be compared with: a limit of Cloudflare's, a goal, another way to do it. */
  readonly beside?: string;
}

export interface Size {
  /** Events of a large backlog. */
  readonly events: number;
  /** Backlogs whose memory is compared, events. */
  readonly backlogs: readonly number[];
  readonly accounts: number;
  /** How often what is noisy is repeated; the median counts. */
  readonly rounds: number;
}

/** Starts what it needs, and stops it again. */
export type Measure = (size: Size) => Promise<readonly Figure[]>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Ages of events that are sealed by the time they are collected. */
export const OLD = { fromAgeMs: 50 * DAY_MS, toAgeMs: DAY_MS / 2 };
/** Ages of events of today. */
export const RECENT = { fromAgeMs: HOUR_MS, toAgeMs: HOUR_MS / 2 };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export async function seconds(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}
