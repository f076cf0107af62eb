/** How a script tells a failure to machines: the same under `--json` of every script. Pure. */
import { problemOf } from "../../src/http/routing/problems.ts";
import type { Problem } from "../../src/problems.ts";

/** What every failure has in its JSON, besides anything else that is known: an RFC 9457 problem. */
export interface Failure {
  readonly ok: false;
  readonly problem: Problem;
}

export function failure(problem: Problem): Failure {
  return { ok: false, problem };
}

/** The failure of several at once: that of the only one that failed, or one that refers to each. */
export function failureOfSome(problems: readonly Problem[], of: number): Failure {
  const [only] = problems;
  if (of === 1) return failure(only);
  return failure(problemOf("accounts_failed", `${problems.length} of ${of} failed.`));
}
