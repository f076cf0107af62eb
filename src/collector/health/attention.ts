/** Which states need somebody's attention, the same way wherever several pipelines are shown. Pure. */
import type { State } from "./verdict.ts";

export function needsAttention(state: State): boolean {
  return state !== "healthy" && state !== "disabled";
}
