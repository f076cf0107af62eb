/**
 * Boundaries in time: all records before an offset are older than an instant, and none from there on. Pure.
 */
import type { Listed } from "./ports.ts";
import { firstTimeMs, lastTimeMs } from "./solid_page.ts";

/** A boundary and where it should stand. */
export interface Boundary {
  /** Epoch milliseconds. */
  readonly beforeMs: number;
  readonly offset: number;
}

/** A part of the listing. */
export interface Stretch {
  readonly offset: number;
  readonly records: readonly Listed[];
}

/** Is a boundary where it should be? Or were records inserted before it, or are there fewer? */
export type Standing = "holds" | "inserted" | "fewer";

export function standingOf({ offset, records }: Stretch, boundary: Boundary): Standing {
  const index = boundary.offset - offset;
  if (index > records.length) return "fewer";
  const before = lastTimeMs(records.slice(0, index)) ?? -Infinity;
  if (before >= boundary.beforeMs) return "fewer";
  const next = firstTimeMs(records.slice(index)) ?? Infinity;
  return next < boundary.beforeMs ? "inserted" : "holds";
}
