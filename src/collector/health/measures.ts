/**
 * What a collector measures, for `/metrics`. Pure. All of it is in the collector's own storage, so that a
 * scrape costs nothing in KV.
 */
import type { BackfillState } from "./report.ts";
import { iso } from "../../engine/time.ts";
import type { Health, Totals } from "./health.ts";
import type { Verdict } from "./verdict.ts";

export interface Measures extends Verdict {
  readonly totals: Totals;
  /** Documented fields that the source does not know. */
  readonly missingFields: readonly string[];
  readonly consecutiveFailures: number;
  /** True when the last run left more to read. */
  readonly backlog: boolean;
  /** When the last run ended. */
  readonly lastRunAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastDeliveryAt: string | null;
  /** The last backfill, if there was one. */
  readonly backfill: BackfillState | null;
}

export function measure(
  health: Health,
  verdict: Verdict,
  backfill: BackfillState | null,
): Measures {
  const { totals, consecutiveFailures, lastRun, lastSuccessAt, lastDelivery } = health;
  return {
    ...verdict,
    totals,
    missingFields: health.missingFields,
    consecutiveFailures,
    backlog: lastRun?.more ?? false,
    lastRunAt: lastRun === null ? null : iso(Date.parse(lastRun.startedAt) + lastRun.durationMs),
    lastSuccessAt,
    lastDeliveryAt: lastDelivery?.at ?? null,
    backfill,
  };
}
