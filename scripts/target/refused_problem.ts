/** Whether events that were not accepted meanwhile are still undelivered, which a script reports as a failure. */
import { keptEvents } from "../../src/collector/health/missing.ts";
import { toldLetters } from "../../src/collector/records/letter_choice.ts";
import { count } from "../../src/format.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";
import { scriptProblem } from "../cli/failure.ts";
import { isProblem, namedAs, type Target } from "./target.ts";

/** `refused`: how many were. Null if there were none, or all have been delivered or discarded since. */
export async function refusedProblem(
  target: Target,
  pipeline: Pipeline,
  refused: number,
): Promise<Problem | null> {
  if (refused === 0) return null;
  const [status] = await target.status(namedAs(pipeline));
  if (isProblem(status)) return status.problem;
  const kept = keptEvents(status.undelivered);
  if (kept === 0) return null;
  const detail = `${pipeline.account}: ${count(refused, "event")} not accepted. Undelivered now: ` +
    `${toldLetters(kept, status.undelivered.deadLetters)}.`;
  return scriptProblem("events_refused", detail).problem;
}
