/**
 * The collector as a service, in this process or in a Durable Object: typed calls that return plain data.
 * A failure is returned too, never thrown.
 */
import type { OperatorAction } from "../operators/action.ts";
import { type Problem, toProblem } from "../problems.ts";
import type { Pipeline } from "../pipelines/pipeline.ts";
import { type PipelineEntry, readPipeline } from "../pipelines/pipelines.ts";
import { Collector, type Status } from "./collector.ts";
import type { LetterQuery, ListedLetters } from "./runs/list_letters.ts";
import type { Verdict } from "./health/verdict.ts";
import type { Measures } from "./health/measures.ts";
import { logOf } from "./log.ts";
import type { Platform } from "./platform.ts";
import type { ExportedPage, ImportedPage } from "./records/moved_state.ts";
import type { BackfillRange } from "./runs/backfill.ts";
import type { TestedStep } from "./runs/connection_check.ts";
import type { FoundEvents, GetEventsArguments } from "./runs/read_events.ts";
import type { LetterChoice } from "./records/letter_choice.ts";
import type { Discarding } from "./runs/discard.ts";
import type { Redelivery } from "./runs/redeliver.ts";
import type { BackfillState, RunReport, Trigger } from "./health/report.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly problem: Problem;
};

/** Each call: its arguments, and its value on success. */
interface Calls {
  collect(trigger: Trigger): RunReport;
  getEvents(args: GetEventsArguments): FoundEvents;
  testSource(): readonly TestedStep[];
  testDestination(): TestedStep | null;
  status(): Status;
  verdict(): Verdict;
  measures(): Measures;
  deadLetters(limit: number, query?: LetterQuery): ListedLetters;
  redeliver(limit: number, choice?: LetterChoice): Redelivery;
  discardLetters(choice: LetterChoice): Discarding;
  startBackfill(range: BackfillRange): BackfillState;
  advanceBackfill(): BackfillState | null;
  cancelBackfill(): BackfillState | null;
  forgetCursor(): void;
  queueOperatorAction(action: OperatorAction): void;
  exportState(after: string | null): ExportedPage;
  importState(page: ImportedPage, isTrial?: boolean): void;
}

export type Method = keyof Calls;
export type Arguments<M extends Method> = Parameters<Calls[M]>;
export type Value<M extends Method> = ReturnType<Calls[M]>;

export type CollectorService = {
  readonly [M in Method]: (...args: Arguments<M>) => Promise<Outcome<Value<M>>>;
};

/** Forwards any of the calls. */
type Ask = <M extends Method>(
  method: M,
  ...args: Arguments<M>
) => Promise<Outcome<Value<M>>>;

/** The same calls on a collector in this process, which throws. */
type ThrowingCalls = { readonly [M in Method]: (...args: Arguments<M>) => Promise<Value<M>> };

/**
 * The service of a pipeline's collector in this process. If the settings are invalid, every call returns
 * that problem.
 */
export function serve(entry: PipelineEntry, platform: Platform): CollectorService {
  const open = opener(entry, platform);
  const log = logOf(entry.pipeline, platform.log);
  return offer(async (method, ...args) => {
    try {
      return { ok: true, value: await open()[method](...args) };
    } catch (error) {
      const runId = platform.newId();
      const problem: Problem = { ...problemIn(entry.pipeline, toProblem(error)), runId };
      if (method === "collect") {
        log({ level: "error", event: "run_failed", runId, problem });
      } else if (problem.code !== "configuration_invalid") {
        log({ level: "warn", event: "command_failed", runId, method, problem });
      }
      return { ok: false, problem };
    }
  });
}

/** The problem, with the account and destination that it belongs to. */
export function problemIn({ account, destination }: Pipeline, problem: Problem): Problem {
  return { ...problem, account, ...(destination !== null && { destination: destination.kind }) };
}

/** Opens the collector now. The result returns it each time, or throws what was wrong. */
function opener(entry: PipelineEntry, platform: Platform): () => ThrowingCalls {
  try {
    const collector = new Collector(readPipeline(entry, platform.name), platform);
    return () => collector;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The service of a collector that `ask` reaches, wherever it runs. */
export function offer(ask: Ask): CollectorService {
  return {
    collect: (trigger) => ask("collect", trigger),
    getEvents: (args) => ask("getEvents", args),
    testSource: () => ask("testSource"),
    testDestination: () => ask("testDestination"),
    status: () => ask("status"),
    verdict: () => ask("verdict"),
    measures: () => ask("measures"),
    deadLetters: (...args) => ask("deadLetters", ...args),
    redeliver: (...args) => ask("redeliver", ...args),
    discardLetters: (choice) => ask("discardLetters", choice),
    startBackfill: (range) => ask("startBackfill", range),
    advanceBackfill: () => ask("advanceBackfill"),
    cancelBackfill: () => ask("cancelBackfill"),
    forgetCursor: () => ask("forgetCursor"),
    queueOperatorAction: (action) => ask("queueOperatorAction", action),
    exportState: (after) => ask("exportState", after),
    importState: (...args) => ask("importState", ...args),
  };
}
