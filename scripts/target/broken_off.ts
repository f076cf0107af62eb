/** Whether a call ended because the script was stopped, and not because something failed. Pure. */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { kindOf } from "../../src/destinations/catalog.ts";
import type { Problem } from "../../src/problems.ts";
import type { StopSignal } from "../cli/stop_signal.ts";

/** `error`: what the call threw. */
export function isBrokenOff(error: unknown, stop: StopSignal): boolean {
  if (!stop.stopped || !(error instanceof AnsweredProblem)) return false;
  const { code } = error.problem;
  return code === "run_interrupted" || code === "stopping" || code === "interrupted";
}

/** What was not waited for, and what that may lead to. */
export function brokenOffWords({ detail, upstream }: Problem): string {
  const isPush = kindOf(upstream?.name) !== undefined;
  return isPush ? `${detail} What was sent to it may be delivered twice.` : detail;
}
