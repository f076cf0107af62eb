/**
 * The collector as others ask for it, in this process or across a Durable Object's border: typed calls
 * whose answers are plain data. What goes wrong is an answer too, never an exception.
 */
import { type Problem, toProblem } from "../problems.ts";
import { type PipelineEntry, readPipeline } from "../pipelines/pipelines.ts";
import { Collector, type ListedLetters, type Status } from "./collector.ts";
import type { Verdict } from "./health/verdict.ts";
import type { Measures } from "./health/measures.ts";
import type { Platform } from "./platform.ts";
import type { BackfillRange } from "./runs/backfill.ts";
import type { TestedStep } from "./runs/connection_check.ts";
import type { FoundEvents, GetEventsArguments } from "./runs/read_events.ts";
import type { Redelivery } from "./runs/redeliver.ts";
import type { BackfillState, RunReport, Trigger } from "./health/report.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly problem: Problem;
};

/** Each call: its arguments, and the value if it succeeds. */
interface Calls {
  collect(trigger: Trigger): RunReport;
  getEvents(args: GetEventsArguments): FoundEvents;
  testConnection(): readonly TestedStep[];
  status(): Status;
  verdict(): Verdict;
  measures(): Measures;
  deadLetters(limit: number): ListedLetters;
  redeliver(limit: number): Redelivery;
  startBackfill(range: BackfillRange): BackfillState;
  advanceBackfill(): BackfillState | null;
  cancelBackfill(): void;
  forgetCursor(): void;
}

export type Method = keyof Calls;
export type Arguments<M extends Method> = Parameters<Calls[M]>;
export type Value<M extends Method> = ReturnType<Calls[M]>;

export type CollectorService = {
  readonly [M in Method]: (...args: Arguments<M>) => Promise<Outcome<Value<M>>>;
};

/** Passes a call on, whichever it is. */
type Ask = <M extends Method>(
  method: M,
  ...args: Arguments<M>
) => Promise<Outcome<Value<M>>>;

/** The calls as a collector in this process takes them: it throws. */
type ThrowingCalls = { readonly [M in Method]: (...args: Arguments<M>) => Promise<Value<M>> };

/** Offers the collector of a pipeline that lives in this process. If its settings are bad, it says so. */
export function serve(entry: PipelineEntry, platform: Platform): CollectorService {
  const open = opener(entry, platform);
  return offer(async (method, ...args) => {
    try {
      return { ok: true, value: await open()[method](...args) };
    } catch (error) {
      const account = entry.id;
      const runId = platform.newId();
      const problem: Problem = { ...toProblem(error), account, runId };
      if (method === "collect") {
        platform.log({ level: "error", event: "run_failed", runId, account, problem });
      } else if (problem.code !== "configuration_invalid") {
        platform.log({ level: "warn", event: "command_failed", runId, account, method, problem });
      }
      return { ok: false, problem };
    }
  });
}

/** Opens the collector now; what comes out answers with it each time, or throws what was wrong. */
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

/** Offers a collector that lives wherever `ask` finds it. */
export function offer(ask: Ask): CollectorService {
  return {
    collect: (trigger) => ask("collect", trigger),
    getEvents: (args) => ask("getEvents", args),
    testConnection: () => ask("testConnection"),
    status: () => ask("status"),
    verdict: () => ask("verdict"),
    measures: () => ask("measures"),
    deadLetters: (limit) => ask("deadLetters", limit),
    redeliver: (limit) => ask("redeliver", limit),
    startBackfill: (range) => ask("startBackfill", range),
    advanceBackfill: () => ask("advanceBackfill"),
    cancelBackfill: () => ask("cancelBackfill"),
    forgetCursor: () => ask("forgetCursor"),
  };
}
