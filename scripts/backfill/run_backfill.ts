/** Runs a backfill to its end: advances it here, or watches it on a Worker, where the cron advances it. */
import { dayAndTime } from "../../src/format.ts";
import type { BackfillState } from "../../src/collector/health/report.ts";
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { backfillFraction, backfillProgress } from "../cli/backfill_progress.ts";
import { scriptProblem } from "../cli/failure.ts";
import type { Progress } from "../cli/progress.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";
import { Patience } from "./patience.ts";
import { brokenOffWords, isBrokenOff } from "../target/broken_off.ts";
import { isProblem, namedAs, type Target } from "../target/target.ts";

interface BackfillRun {
  readonly target: Target;
  readonly pipeline: Pipeline;
  readonly range: BackfillRange;
  readonly progress: Progress;
  readonly stop: StopSignal;
  /** The time between two requests to a Worker, in milliseconds. */
  readonly everyMs: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Returns the last known state, which is complete unless the script was stopped. */
export async function runBackfill(run: BackfillRun): Promise<BackfillState> {
  const { target, pipeline, range, progress, stop, now = Date.now } = run;
  let state = await target.startBackfill(pipeline, range);
  if (state.reached !== state.from) progress.say(`Continuing at ${dayAndTime(state.reached)}.`);
  const patience = target.advancesAlone ? new Patience(now) : null;
  while (state.completedAt === null && !stop.stopped) {
    const words = patience === null ? [] : [patience.words];
    progress.show(backfillFraction(state), [backfillProgress(state), ...words].join("; "));
    try {
      const next = patience === null ? advance(run, state) : follow(run, patience);
      state = sameRange(state, await next);
    } catch (error) {
      if (!(target.advancesAlone && stop.stopped)) throw error;
    }
  }
  return state;
}

/**
 * A part that has used up its requests has not failed if it has delivered something, nor has one that was
 * broken off because the script was stopped.
 */
async function advance({ target, pipeline, stop, progress }: BackfillRun, before: BackfillState) {
  try {
    return await target.advanceBackfill(pipeline);
  } catch (error) {
    const code = error instanceof AnsweredProblem ? error.problem.code : undefined;
    const brokenOff = isBrokenOff(error, stop);
    if (brokenOff) progress.say(brokenOffWords((error as AnsweredProblem).problem));
    const isCut = brokenOff || code === "request_budget_spent";
    const after = isCut ? await backfillOf(target, pipeline) : null;
    if (after === null || (!brokenOff && after.reached === before.reached)) throw error;
    return after;
  }
}

async function follow(
  { target, pipeline, everyMs, stop, progress }: BackfillRun,
  patience: Patience,
) {
  await waitOrStop(everyMs, stop);
  const [status] = await target.status(namedAs(pipeline));
  if (isProblem(status)) throw new AnsweredProblem(status.problem);
  if (status.state === "disabled") throw switchedOff();
  if (status.state === "failing") progress.say(`warning: ${status.because}`);
  patience.look(JSON.stringify([status.health.lastRun?.runId, status.backfill]));
  return status.backfill;
}

function switchedOff(): AnsweredProblem {
  const detail = "FETCH_EVENTS is false: the Worker's runs do nothing, and don't continue it.";
  const action =
    "Set FETCH_EVENTS to true and deploy. The backfill is kept, and the same command " +
    "continues to watch it.";
  return scriptProblem("backfill_stands_still", detail, { action });
}

async function backfillOf(target: Target, pipeline: Pipeline): Promise<BackfillState | null> {
  const [status] = await target.status(namedAs(pipeline));
  return isProblem(status) ? null : status.backfill;
}

/** Somebody else may have cancelled the backfill in the meantime. */
function sameRange(before: BackfillState, after: BackfillState | null): BackfillState {
  if (after?.startedAt === before.startedAt) return after;
  throw scriptProblem("backfill_gone", "Somebody else cancelled it or started another one.");
}
