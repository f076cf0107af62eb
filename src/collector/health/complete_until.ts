/**
 * Up to when everything is known to be delivered, by clocks that may have been wrong. Pure. All times
 * are epoch milliseconds.
 */
import type { Progress } from "../../engine/progress.ts";
import { CLOCK_TOLERANCE_MS } from "../../engine/time.ts";

/** What an earlier run knew, as far as it can be believed: it can't have known about times still to come. */
export function believable(completeUntilMs: number | null, nowMs: number): number | null {
  return completeUntilMs === null ? null : Math.min(completeUntilMs, nowMs);
}

/**
 * Up to when everything is delivered: if the run reached the end, the time at which it asked for the last
 * page; otherwise the time of the last event that it met, or of the oldest one that it read and could not
 * deliver. The earlier of the host's and the source's clock counts.
 */
export function completeUntil(
  progress: Pick<Progress, "more" | "behind" | "gaps" | "cursor" | "readAtMs" | "openSinceMs">,
  startedMs: number,
  beforeMs: number | null,
): number {
  const { cursor, readAtMs, openSinceMs } = progress;
  if (openSinceMs !== null) return Math.min(startedMs, beforeMs ?? Infinity, openSinceMs);
  if (reachedEnd(progress)) return Math.min(startedMs, readAtMs ?? startedMs);
  const reachedMs = cursor.place?.beforeMs ?? cursor.watermarkMs;
  return Math.min(startedMs, Math.max(beforeMs ?? 0, reachedMs));
}

/** Did the run reach the end of the listing, as far as it can be known? */
export function reachedEnd(
  { more, behind, gaps }: Pick<Progress, "more" | "behind" | "gaps">,
): boolean {
  return !more && !behind &&
    !gaps.some(({ why, records }) => why === "beyond the last offset" && records !== 0);
}

/**
 * By how many milliseconds delivery lags; null if that is not known, `"clock"` if it is unknown only
 * because of a wrong clock.
 */
export function lagOf(completeUntilMs: number | null, nowMs: number): number | null | "clock" {
  if (completeUntilMs === null) return null;
  if (completeUntilMs > nowMs + CLOCK_TOLERANCE_MS) return "clock";
  return Math.max(0, nowMs - completeUntilMs);
}
