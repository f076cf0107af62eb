/** Runs a backfill of each pipeline, all at the same time, with one progress. A failure is returned, not thrown. */
import type { BackfillState } from "../../src/collector/health/report.ts";
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { labelsOf, type Pipeline, shortName } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";
import type { Progress } from "../cli/progress.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { isBrokenOff } from "../target/broken_off.ts";
import { refusedProblem } from "../target/refused_problem.ts";
import type { Target } from "../target/target.ts";
import { runBackfill } from "./run_backfill.ts";

export interface BackfillResult {
  readonly account: string;
  readonly destination: string | null;
  readonly outcome: "begun" | "complete" | "interrupted" | "failed";
  /** Null if it failed. */
  readonly backfill: BackfillState | null;
  readonly error?: unknown;
  /** Events of it were refused and are still undelivered. */
  readonly problem?: Problem;
}

interface Backfills {
  readonly target: Target;
  readonly range: BackfillRange;
  readonly progress: Progress;
  readonly stop: StopSignal;
  /** The time between two requests to a Worker, in milliseconds. */
  readonly everyMs: number;
  /** False to return once they have begun. */
  readonly waits: boolean;
}

export async function runEach(
  pipelines: readonly Pipeline[],
  { waits, ...run }: Backfills,
): Promise<readonly BackfillResult[]> {
  const progressOf = shared(run.progress, pipelines.length);
  return await Promise.all(pipelines.map(async (pipeline): Promise<BackfillResult> => {
    const labels = labelsOf(pipeline);
    try {
      if (!waits) {
        const begun = await run.target.startBackfill(pipeline, run.range);
        return { ...labels, outcome: "begun", backfill: begun };
      }
      const backfill = await runBackfill({ ...run, pipeline, progress: progressOf(pipeline) });
      if (backfill.completedAt === null) return { ...labels, outcome: "interrupted", backfill };
      const problem = await refusedProblem(run.target, pipeline, backfill.refused);
      return { ...labels, outcome: "complete", backfill, ...(problem !== null && { problem }) };
    } catch (error) {
      if (isBrokenOff(error, run.stop)) throw error;
      return { ...labels, outcome: "failed", backfill: null, error };
    }
  }));
}

/** Of several, the one that is furthest behind is shown. */
function shared(progress: Progress, count: number): (pipeline: Pipeline) => Progress {
  if (count === 1) return () => progress;
  const fractions = new Map<Pipeline, number>();
  return (pipeline) => ({
    ...progress,
    show(fraction, text) {
      fractions.set(pipeline, fraction ?? 0);
      if (Math.min(...fractions.values()) < (fraction ?? 0)) return;
      progress.show(fraction, `${shortName(pipeline)}: ${text}`);
    },
    say: (line) => progress.say(`${shortName(pipeline)}: ${line}`),
  });
}
