/**
 * Decides when an account may change its wire format. The same event has another id in each format, so a
 * format that has worked is abandoned only after it has been refused for a long time. Pure.
 */
import { HOUR_MS } from "../../engine/time.ts";
import type { Dialect } from "./dialect.ts";

/** Refusals of a format that has worked before, since it last worked. */
export interface Refusals {
  readonly api: Dialect["api"];
  /** The first of them, epoch milliseconds. */
  readonly sinceMs: number;
  /** Runs in which it was refused. */
  readonly runs: number;
}

const LASTING_MS = HOUR_MS;
const LASTING_RUNS = 3;

/** The refusals, with one more run. */
export function withRefusedRun(
  before: Refusals | undefined,
  api: Dialect["api"],
  nowMs: number,
): Refusals {
  return before?.api === api
    ? { ...before, runs: before.runs + 1 }
    : { api, sinceMs: nowMs, runs: 1 };
}

/** True once the format has been refused for so long that the other one may be tried. */
export function isLasting({ sinceMs, runs }: Refusals, nowMs: number): boolean {
  return runs >= LASTING_RUNS && nowMs - sinceMs >= LASTING_MS;
}
