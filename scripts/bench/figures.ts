/** The figures of a measurement, and how they are summarised. Pure, except for the clock. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The limit of the value on any machine; left out if the value depends on the machine. */
  readonly most?: number;
  /** What to compare it with: a limit of Cloudflare's, a goal, an alternative. */
  readonly beside?: string;
}

/** The figures that exceed their limits, or could not be taken although they have one: they fail the run. */
export function beyondLimits(figures: readonly Figure[]): readonly Figure[] {
  return figures.filter(({ value, most }) => most !== undefined && !(value <= most));
}

export interface Size {
  /** Events of a large backlog. */
  readonly events: number;
  /** Backlogs whose memory is compared, events. */
  readonly backlogs: readonly number[];
  readonly accounts: number;
  /** How often noisy measurements are repeated; the median counts. */
  readonly rounds: number;
}

/** Starts and stops whatever it needs. */
export type Measure = (size: Size) => Promise<readonly Figure[]>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Ages of events that are behind the watermark by the time they are collected. */
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
