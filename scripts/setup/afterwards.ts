/** How setup ends once the Worker is deployed: what the cron does from now on, and how the first run went. Pure. */
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";
import type { Problem } from "../../src/problems.ts";
import { DONE, FAILED, INTERRUPTED } from "../cli/command_line.ts";
import { problemText } from "../cli/failure.ts";
import { failure, failureOfSome } from "../cli/failure_json.ts";
import type { FirstRun } from "./first_run.ts";

/** `settings`: those that are deployed. */
export function cronWords(settings: Readonly<Record<string, string>>): string {
  const all = listPipelines(settings, "workers").map((entry) => readPipeline(entry, "workers"));
  const paused = all.filter(({ FETCH_EVENTS }) => !FETCH_EVENTS);
  if (paused.length === 0) return "The cron collects every five minutes.";
  if (paused.length === all.length) return "Collecting is switched off: FETCH_EVENTS is false.";
  const accounts = [...new Set(paused.map(({ pipeline }) => pipeline.account))].join(", ");
  return `The cron collects every five minutes, but not from ${accounts}: FETCH_EVENTS is false there.`;
}

/** What is wrong, for people; empty if nothing is. `cron`: see `cronWords`. */
export function endingLines(first: FirstRun, cron: string): readonly string[] {
  const problems = problemsOf(first);
  const complete = `Setup itself is complete: the Worker is deployed. ${cron}`;
  return [
    ...problems.map((problem) => problemText(problem)),
    ...(first.interrupted ? [`Interrupted during the first run. ${complete}`] : []),
    ...(!first.interrupted && problems.length > 0 ? [complete] : []),
  ];
}

/** The same for machines. `delivered` and `refused`: the events of all first runs. */
export function endingJson(first: FirstRun): Readonly<Record<string, unknown>> {
  const { runs, problem, interrupted } = first;
  const ofRuns = problemsOf({ runs, interrupted });
  const okOrFailure = ofRuns.length > 0
    ? failureOfSome(ofRuns, runs.length)
    : problem === undefined
    ? { ok: !interrupted }
    : failure(problem);
  const sum = (of: "delivered" | "refused") => runs.reduce((all, run) => all + run[of], 0);
  return {
    ...okOrFailure,
    ...{ interrupted, delivered: sum("delivered"), refused: sum("refused"), runs },
  };
}

export function exitCode(first: FirstRun): number {
  if (first.interrupted) return INTERRUPTED;
  return problemsOf(first).length > 0 ? FAILED : DONE;
}

function problemsOf({ runs, problem }: FirstRun): readonly Problem[] {
  return [...runs, { problem }].flatMap((one) => one.problem ?? []);
}
