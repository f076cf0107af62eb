/**
 * What an import is to do with each pipeline of an export. Everything is checked first: an import that is
 * refused writes nothing, and one that broke off continues when it is repeated. Reads from the target.
 */
import { decodeJournal } from "../../src/collector/records/journal.ts";
import { type ImportedPage, JOURNAL_KEY } from "../../src/collector/records/moved_state.ts";
import { AnsweredProblem, thrownProblem } from "../../src/http/routing/problems.ts";
import { onePipeline } from "../../src/pipelines/choose.ts";
import { labelsOf, type Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";
import { readState } from "../export/read_state.ts";
import type { MovedState } from "../export/state_file.ts";
import { wholeName } from "../cli/result_name.ts";
import { IN_OPTIONS, type Target } from "../target/target.ts";
import { isImportedAlready } from "./imported_already.ts";

export interface PlannedImport {
  readonly pipeline: Pipeline;
  readonly pages: readonly ImportedPage[];
  /** True if all that is exported is there: an earlier import has ended, and nothing has changed since. */
  readonly isDone: boolean;
}

/**
 * `startOver`: the command that gives up a pipeline's cursor.
 * @throws {AnsweredProblem} why one of them can't be imported
 */
export async function planImport(
  target: Target,
  states: readonly MovedState[],
  startOver: (pipeline: Pipeline) => string,
): Promise<readonly PlannedImport[]> {
  const pipelines = await target.pipelines();
  const meant = states.map(({ account, destination, pages }) => {
    const named = { account, destination: destination ?? undefined };
    return { pipeline: onePipeline(pipelines, named, IN_OPTIONS), pages };
  });
  const planned: PlannedImport[] = [];
  const refused: { readonly pipeline: Pipeline; readonly problem: Problem }[] = [];
  for (const one of meant) {
    try {
      planned.push({ ...one, isDone: await check(target, one) });
    } catch (error) {
      refused.push({ pipeline: one.pipeline, problem: thrownProblem(error) });
    }
  }
  if (refused.length > 0) throw refusal(refused, startOver);
  return planned;
}

/** True if it has been imported already. */
async function check(
  target: Target,
  { pipeline, pages }: Omit<PlannedImport, "isDone">,
): Promise<boolean> {
  if (isImportedAlready(pages, await readState(target, pipeline))) return true;
  for (const page of pages) await target.checkState(pipeline, page);
  return false;
}

/** The exported cursor, as JSON; null if there is none. */
export function cursorIn(pages: readonly ImportedPage[]): string | null {
  const row = pages.flatMap(({ rows }) => rows).find(({ key }) => key === JOURNAL_KEY);
  const { cursor } = decodeJournal(row?.value ?? null);
  return cursor === null ? null : JSON.stringify(JSON.parse(cursor));
}

/** Of the first one, for all that are refused for the same reason. */
function refusal(
  refused: readonly { readonly pipeline: Pipeline; readonly problem: Problem }[],
  startOver: (pipeline: Pipeline) => string,
): AnsweredProblem {
  const [{ problem: first }] = refused;
  const same = refused.filter(({ problem }) => problem.code === first.code)
    .map(({ pipeline }) => pipeline);
  const { account: _, destination: __, ...problem } = first;
  const detail = `${same.map(nameOf).join(", ")}: ${first.detail} Nothing was imported.`;
  if (first.code !== "cursor_exists") return new AnsweredProblem({ ...problem, detail });
  const action = "Import the others alone, with --account and --destination. Or, if you don't " +
    `need what was collected there, give it up and import again: ${same.map(startOver).join("; ")}`;
  return new AnsweredProblem({ ...problem, detail, action });
}

export function nameOf(pipeline: Pipeline): string {
  return wholeName(labelsOf(pipeline));
}
