/** Runs a script, and reports why it failed and what to do. Ends the process. */
import { AnsweredProblem, thrownProblem } from "../../src/http/routing/problems.ts";
import { CollectorError } from "../../src/errors.ts";
import type { Problem } from "../../src/problems.ts";
import { BAD_USAGE, FAILED, INTERRUPTED } from "./command_line.ts";
import { failure } from "./failure_json.ts";
import { SCRIPT_REASONS, type ScriptCode, type ScriptReason } from "./script_reasons.ts";

/** Runs a script's work, which returns the exit code. An error that it throws is reported. */
export async function runToEnd(json: boolean, work: () => Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await work();
  } catch (error) {
    code = tellFailure(error, json);
  }
  Deno.exit(code);
}

/**
 * Prints a failure: for people on standard error, for machines on standard output, by `print`. Returns the
 * exit code.
 */
export function tellFailure(
  error: unknown,
  json: boolean,
  print: (line: string) => void = console.log,
): number {
  const problem = withOwnAction(thrownProblem(error));
  if (json) print(JSON.stringify(failure(problem)));
  else if (problem.code === "interrupted") console.error(`Interrupted: ${problem.detail}`);
  else console.error(problemText(problem, whereThrown(error)));
  return EXIT_CODES[problem.code] ?? FAILED;
}

const EXIT_CODES: Readonly<Record<string, number>> = {
  arguments_invalid: BAD_USAGE,
  interrupted: INTERRUPTED,
};

/** In a script, the advice about settings differs from a Worker's. */
function withOwnAction(problem: Problem): Problem {
  if (problem.code !== "configuration_invalid") return problem;
  const action =
    "Set them in the environment, in .dev.vars, or in the file given with --settings-file.";
  return { ...problem, action };
}

/** The problem as people read it. `where`: the place in the code, of an unexpected one. */
export function problemText(problem: Problem, where?: string): string {
  const account = problem.account === undefined || problem.detail.includes(problem.account)
    ? []
    : [`account ${problem.account}`];
  const whose = [...account, ...(problem.destination === undefined ? [] : [problem.destination])];
  const lines = [
    `error: ${problem.title}${whose.length === 0 ? "" : ` (${whose.join(", ")})`}.`,
    `  ${problem.detail}`,
    ...(problem.action === undefined ? [] : [`  What to do: ${problem.action}`]),
    ...(where === undefined ? [] : [where]),
  ];
  return lines.join("\n");
}

/** Bad usage, reported like any other failure. */
export function usageError(detail: string): CollectorError {
  return new CollectorError("arguments_invalid", { detail });
}

/** A problem of the scripts' own. `own`: words that fit better than those of the code. */
export function scriptProblem(
  code: ScriptCode,
  detail: string,
  own: Partial<ScriptReason> = {},
): AnsweredProblem {
  const type = `docs/problems.md#${code}`;
  const words = { ...SCRIPT_REASONS[code], ...own };
  return new AnsweredProblem({ type, status: 500, code, detail, ...words });
}

/** Where an unexpected error was thrown: its stack without its message, which may hold anything. */
function whereThrown(error: unknown): string | undefined {
  if (error instanceof CollectorError || error instanceof AnsweredProblem) return undefined;
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
}
