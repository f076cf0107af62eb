/** Collects one pipeline, run after run, until there is no more. A failure is returned, not thrown. */
import { count } from "../../src/format.ts";
import { thrownProblem } from "../../src/http/routing/problems.ts";
import { wantsMore } from "../../src/collector/health/report.ts";
import { labelsOf, type Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";
import type { Progress } from "../cli/progress.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { timeFraction } from "../cli/backfill_progress.ts";
import { refusedProblem } from "../target/refused_problem.ts";
import { isProblem, namedAs, type Target } from "../target/target.ts";

export interface Collected {
  readonly account: string;
  readonly destination: string | null;
  readonly outcome: "complete" | "disabled" | "interrupted" | "failed";
  readonly runs: number;
  readonly delivered: number;
  readonly deadLettered: number;
  /** New events that became dead letters or were set aside. */
  readonly refused: number;
  readonly altered: number;
  readonly lateArrivals: number;
  readonly twins: number;
  /** Events that reconciliation found and delivered, and those of a backfill: `delivered` has neither. */
  readonly reconciled: number;
  readonly backfilled: number;
  readonly lagSeconds: number | null;
  readonly problem?: Problem;
}

export async function collectToEnd(
  target: Target,
  pipeline: Pipeline,
  stop: StopSignal,
  show: Progress["show"],
): Promise<Collected> {
  const sum = {
    runs: 0,
    delivered: 0,
    deadLettered: 0,
    refused: 0,
    altered: 0,
    lateArrivals: 0,
    twins: 0,
    reconciled: 0,
    backfilled: 0,
  };
  let lagSeconds: number | null = null;
  let from: string | null = null;
  const end = (outcome: Collected["outcome"], problem?: Problem): Collected => ({
    ...labelsOf(pipeline),
    outcome,
    ...sum,
    lagSeconds,
    ...(problem !== undefined && { problem }),
  });
  try {
    for (;;) {
      if (stop.stopped) return end("interrupted");
      const report = await target.collect(pipeline);
      sum.runs++;
      sum.delivered += report.delivered;
      sum.deadLettered += report.deadLettered;
      sum.refused += report.refused;
      sum.altered += report.altered;
      sum.lateArrivals += report.lateArrivals;
      sum.twins += report.twins;
      sum.reconciled += report.reconciliation?.delivered ?? 0;
      sum.backfilled += report.backfilled;
      lagSeconds = report.lagSeconds;
      if (report.problem !== undefined) {
        const isOwn = report.outcome === "interrupted" && stop.stopped;
        return end(isOwn ? "interrupted" : "failed", report.problem);
      }
      if (report.outcome === "disabled") return end("disabled");
      if (!wantsMore(report)) {
        const problem = await refusedProblem(target, pipeline, sum.refused);
        return end("complete", problem ?? undefined);
      }
      from ??= await startOf(target, pipeline);
      const reachedMs = Date.now() - (lagSeconds ?? 0) * 1000;
      show(
        from === null ? null : timeFraction(from, now(), new Date(reachedMs).toISOString()),
        `${count(sum.delivered, "event")} delivered in ${count(sum.runs, "run")}`,
      );
    }
  } catch (error) {
    return stop.stopped ? end("interrupted") : end("failed", thrownProblem(error));
  }
}

/** When collecting the pipeline began, according to its cursor. */
async function startOf(target: Target, pipeline: Pipeline): Promise<string | null> {
  const [status] = await target.status(namedAs(pipeline));
  if (isProblem(status)) return null;
  const { start } = (status.cursor ?? {}) as { start?: string };
  return start ?? null;
}

function now(): string {
  return new Date().toISOString();
}
