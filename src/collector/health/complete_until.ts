/**
 * Up to when everything is known to be delivered, by clocks that may have been wrong. Pure. All times
 * are epoch milliseconds.
 */
import type { Progress } from "../../engine/progress.ts";
import { CLOCK_TOLERANCE_MS } from "../../engine/time.ts";

/** What an earlier run knew, as far as it can be believed: it knew nothing of what is still to come. */
export function believable(completeUntilMs: number | null, nowMs: number): number | null {
  return completeUntilMs === null ? null : Math.min(completeUntilMs, nowMs);
}

/**
 * Up to when everything is delivered: when the last page was asked for if the run reached the end, else
 * the last event that it met. Of the host's clock and the source's, the earlier one counts.
 */
export function completeUntil(
  progress: Pick<Progress, "more" | "behind" | "gaps" | "cursor" | "readAtMs">,
  startedMs: number,
  beforeMs: number | null,
): number {
  const { cursor, readAtMs } = progress;
  if (reachedEnd(progress)) return Math.min(startedMs, readAtMs ?? startedMs);
  const reachedMs = cursor.place?.beforeMs ?? cursor.watermarkMs;
  return Math.min(startedMs, Math.max(beforeMs ?? 0, reachedMs));
}

/** Did the run come to the end of what there is, as far as anybody knows? */
function reachedEnd({ more, behind, gaps }: Pick<Progress, "more" | "behind" | "gaps">): boolean {
  return !more && !behind && !gaps.some(({ why }) => why === "beyond the last offset");
}

/** Milliseconds that the delivery lags behind; null if that is not known, `"clock"` if only for a wrong clock. */
export function lagOf(completeUntilMs: number | null, nowMs: number): number | null | "clock" {
  if (completeUntilMs === null) return null;
  if (completeUntilMs > nowMs + CLOCK_TOLERANCE_MS) return "clock";
  return Math.max(0, nowMs - completeUntilMs);
}
