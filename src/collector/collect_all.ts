/** A scheduled collection of all accounts: it fails if one of them does, but only after all have been tried. */
import { type Problem, toProblem } from "../problems.ts";
import type { Collectors } from "./fleet.ts";
import type { LogLine } from "./platform.ts";
import type { RunReport, Trigger } from "./health/report.ts";
import type { Outcome } from "./service.ts";

/** Why a collection failed, if it did. */
export function problemOfRun(outcome: Outcome<RunReport>): Problem | undefined {
  return outcome.ok ? outcome.value.problem : outcome.problem;
}

/**
 * Collects every account. `connect` may throw: then there is no account to collect.
 * @throws {Error} when any account failed, naming the first few and why
 */
export async function collectAll(
  connect: () => Collectors,
  trigger: Trigger,
  log: (line: LogLine) => void,
): Promise<void> {
  const collectors = connectOrTell(connect, log);
  const outcomes = await collectors.all("collect", trigger);
  const failures = outcomes.flatMap((outcome, index) => {
    const problem = problemOfRun(outcome);
    return problem === undefined ? [] : [`${collectors.ids[index]}: ${problem.code}`];
  });
  if (failures.length === 0) return;
  const some = failures.slice(0, 10).join(", ");
  throw new Error(`${failures.length} of ${outcomes.length} accounts failed: ${some}`);
}

function connectOrTell(connect: () => Collectors, log: (line: LogLine) => void): Collectors {
  try {
    return connect();
  } catch (error) {
    log({ level: "error", event: "run_failed", problem: toProblem(error) });
    throw error;
  }
}
