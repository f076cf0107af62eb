/** Carries out an import, pipeline by pipeline. Writes to the target. */
import { count } from "../../src/format.ts";
import { AnsweredProblem, thrownProblem } from "../../src/http/routing/problems.ts";
import { rowsIn } from "../export/state_file.ts";
import type { Target } from "../target/target.ts";
import { cursorIn, nameOf, type PlannedImport } from "./import_plan.ts";

/**
 * Tells of each one.
 * @throws {AnsweredProblem} why one failed, and which were imported
 */
export async function importAll(
  target: Target,
  planned: readonly PlannedImport[],
  say: (line: string) => void,
): Promise<void> {
  for (const [i, { pipeline, pages, isDone }] of planned.entries()) {
    if (isDone) {
      say(`${nameOf(pipeline)}: has been imported already.`);
      continue;
    }
    try {
      for (const page of pages) await target.importState(pipeline, page);
    } catch (error) {
      const problem = thrownProblem(error);
      const detail = `${problem.detail} ${howFar(planned, i)}`;
      throw Object.assign(new AnsweredProblem({ ...problem, detail }), { cause: error });
    }
    const rows = count(rowsIn([{ pages }]), "row");
    const from = cursorIn(pages) === null
      ? " Nothing had been collected: collecting begins at FIRST_FETCH."
      : "";
    say(`${nameOf(pipeline)}: ${rows} imported.${from}`);
  }
}

function howFar(planned: readonly PlannedImport[], failed: number): string {
  const names = planned.map(({ pipeline }) => nameOf(pipeline));
  const before = names.slice(0, failed).join(", ") || "none";
  return `Imported: ${before}. Not imported: ${
    names.slice(failed).join(", ")
  }. Repeat the command ` +
    "to continue: it leaves alone what has been imported.";
}
