/** A scheduled collection of all pipelines: it fails if one of them does, but only after all have been tried. */
import { type Pipeline, shortName } from "../pipelines/pipeline.ts";
import { type Problem, toProblem } from "../problems.ts";
import type { Collectors } from "./fleet.ts";
import type { LogLine } from "./platform.ts";
import type { RunReport } from "./health/report.ts";
import type { Outcome } from "./service.ts";

/** Why a collection failed, if it did. */
export function problemOfRun(outcome: Outcome<RunReport>): Problem | undefined {
  return outcome.ok ? outcome.value.problem : outcome.problem;
}

/**
 * Collects every pipeline, as the schedule does. If `connect` throws, there is nothing to collect.
 * @throws {Error} when any failed, naming the first few and why
 */
export async function collectAll(
  connect: () => Collectors,
  log: (line: LogLine) => void,
): Promise<void> {
  const collectors = connectOrTell(connect, log);
  await collectThese(collectors, collectors.pipelines);
}

/** The same, of some of the pipelines. */
export async function collectThese(
  collectors: Collectors,
  pipelines: readonly Pipeline[],
): Promise<void> {
  const outcomes = await collectors.ask(pipelines, "collect", "cron");
  const failures = outcomes.flatMap((outcome, index) => {
    const problem = problemOfRun(outcome);
    const isFailure = problem !== undefined && problem.code !== "run_interrupted";
    return !isFailure ? [] : [`${shortName(pipelines[index])}: ${problem.code}`];
  });
  if (failures.length === 0) return;
  const some = failures.slice(0, 10).join(", ");
  throw new Error(`${failures.length} of ${outcomes.length} pipelines failed: ${some}`);
}

function connectOrTell(connect: () => Collectors, log: (line: LogLine) => void): Collectors {
  try {
    return connect();
  } catch (error) {
    log({ level: "error", event: "run_failed", problem: toProblem(error) });
    throw error;
  }
}
