/** Which pipelines need somebody's attention, the same way wherever several are shown. Pure. */
import type { Verdict } from "./verdict.ts";

/** A switched-off pipeline is no trouble, unless events of it wait to be delivered. */
export function needsAttention(
  { state, undelivered }: Pick<Verdict, "state" | "undelivered">,
): boolean {
  return (state !== "healthy" && state !== "disabled") || undelivered.total > 0;
}
