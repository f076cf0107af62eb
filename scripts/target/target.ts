/** What a script talks to: the collectors in this process, with their state, or a deployed Worker. */
import type { ExportedPage, ImportedPage } from "../../src/collector/records/moved_state.ts";
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import type { Status } from "../../src/collector/collector.ts";
import type { LetterQuery, ListedLetters } from "../../src/collector/runs/list_letters.ts";
import type { LetterChoice } from "../../src/collector/records/letter_choice.ts";
import type { Discarding } from "../../src/collector/runs/discard.ts";
import type { Redelivery } from "../../src/collector/runs/redeliver.ts";
import type { TestedStep } from "../../src/collector/runs/connection_check.ts";
import type { FoundEvents, GetEventsArguments } from "../../src/collector/runs/read_events.ts";
import type { BackfillState, RunReport } from "../../src/collector/health/report.ts";
import type { Named, Ways } from "../../src/pipelines/choose.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";

/** The status of a pipeline, or why it is not known. `kind`: the destination's, as `--destination` names it. */
export type PipelineStatus = Status | {
  readonly account: string;
  readonly accountName: string | null;
  readonly destination: string | null;
  readonly kind: string | null;
  readonly problem: Problem;
};

/** The calls to it. Every failure is thrown, except a failed run, which has a report. */
export interface Target extends AsyncDisposable {
  /** For people: a path, or a URL. */
  readonly name: string;
  /** True if a backfill continues by itself. */
  readonly advancesAlone: boolean;
  /** What is collected, and to where. */
  pipelines(): Promise<readonly Pipeline[]>;
  /** For all that have the account and the destination, if these are named. */
  status(named: Named): Promise<readonly PipelineStatus[]>;
  /** `pipelines`: of one account. A step that fails is told, not thrown. */
  testConnection(pipelines: readonly Pipeline[]): Promise<readonly TestedStep[]>;
  collect(pipeline: Pipeline): Promise<RunReport>;
  /** `pipelines`: of one account. Any of them reads; events are pushed only if there is just one. */
  getEvents(pipelines: readonly Pipeline[], args: GetEventsArguments): Promise<FoundEvents>;
  startBackfill(pipeline: Pipeline, range: BackfillRange): Promise<BackfillState>;
  /** Does one part of the backfill; null when there is nothing to do. */
  advanceBackfill(pipeline: Pipeline): Promise<BackfillState | null>;
  /** False if none was running. */
  cancelBackfill(pipeline: Pipeline): Promise<boolean>;
  /** At most `limit` of them; 100 at most. */
  deadLetters(pipeline: Pipeline, limit: number, query: LetterQuery): Promise<ListedLetters>;
  /** Pushes up to 100 of them again; all, if none are chosen. */
  redeliver(pipeline: Pipeline, limit: number, choice: LetterChoice): Promise<Redelivery>;
  /** Discards them for good; all, if none are chosen. */
  discardLetters(pipeline: Pipeline, choice: LetterChoice): Promise<Discarding>;
  forgetCursor(pipeline: Pipeline): Promise<void>;
  exportState(pipeline: Pipeline, after: string | null): Promise<ExportedPage>;
  importState(pipeline: Pipeline, page: ImportedPage): Promise<void>;
  /** Only checks that it could be imported. */
  checkState(pipeline: Pipeline, page: ImportedPage): Promise<void>;
}

/** How a script's options name a pipeline. */
export const IN_OPTIONS: Ways = { account: "--account", destination: "--destination" };

/** Names exactly this pipeline. */
export function namedAs({ account, destination }: Pipeline): Named {
  return { account, ...(destination !== null && { destination: destination.kind }) };
}

/** True if there is a problem instead of a status. */
export function isProblem(
  status: PipelineStatus,
): status is Extract<PipelineStatus, { problem: Problem }> {
  return "problem" in status;
}
