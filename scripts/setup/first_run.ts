/**
 * What follows a deployment: is the collector there, does a run of each pipeline work, and which events
 * does it see? Asks the Worker, and says what it sees.
 */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { count, number } from "../../src/format.ts";
import type { Problem } from "../../src/problems.ts";
import { stdoutColours } from "../cli/colours.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";
import { format } from "../get_events/event_formats.ts";
import { terminalWidth } from "../cli/progress.ts";
import { labelsOf, type Pipeline, shortName } from "../../src/pipelines/pipeline.ts";
import { refusedProblem } from "../target/refused_problem.ts";
import type { Target } from "../target/target.ts";
import { WorkerClient } from "../target/worker_client.ts";
import { workerTarget } from "../target/worker_target.ts";

/** A new address takes a while until everybody can find it. */
const ATTEMPTS = 15;
const BETWEEN_MS = 4000;

const EVENTS = 5;

interface Deployed {
  readonly url: string;
  readonly token: string;
}

type Say = (line: string) => void;

/** The first run of a pipeline. */
export interface PipelineRun {
  readonly account: string;
  readonly destination: string | null;
  readonly outcome: "complete" | "disabled" | "failed";
  readonly delivered: number;
  readonly refused: number;
  /** Why it failed, or that what it refused is undelivered. */
  readonly problem?: Problem;
}

export interface FirstRun {
  /** Those that have ended. */
  readonly runs: readonly PipelineRun[];
  /** Why the rest could not be seen. */
  readonly problem?: Problem;
  readonly interrupted: boolean;
}

/** What happens after the deployment is told, not thrown: the deployment itself is complete. */
export async function firstRun(deployed: Deployed, say: Say, stop: StopSignal): Promise<FirstRun> {
  const runs: PipelineRun[] = [];
  try {
    const client = new WorkerClient({ ...deployed, signal: stop.signal });
    await untilHealthy(client, say, stop);
    await using target = workerTarget(client);
    const pipelines = await target.pipelines();
    for (const pipeline of pipelines) runs.push(await runOnce(target, pipeline, say));
    const seen = runs.find(({ outcome }) => outcome === "complete")?.account;
    const its = pipelines.filter(({ account }) => account === seen);
    if (its.length > 0) await showEvents(target, its, say);
    return { runs, interrupted: false };
  } catch (error) {
    if (stop.stopped) return { runs, interrupted: true };
    if (!(error instanceof AnsweredProblem)) throw error;
    return { runs, problem: error.problem, interrupted: false };
  }
}

async function runOnce(target: Target, pipeline: Pipeline, say: Say): Promise<PipelineRun> {
  const { outcome, delivered, refused, goesOn, problem } = await target.collect(pipeline);
  const run = { ...labelsOf(pipeline), delivered, refused };
  const name = shortName(pipeline);
  if (problem !== undefined) return { ...run, outcome: "failed", problem };
  if (outcome === "disabled") {
    say(`${name}: FETCH_EVENTS is false, so nothing is collected.`);
    return { ...run, outcome };
  }
  const events = count(delivered, "event") +
    (refused === 0 ? "" : ` (${number(refused)} not accepted)`);
  const more = goesOn ? " There are more, and the next run follows." : "";
  say(`${name}: the first run delivered ${events}.${more}`);
  const undelivered = await refusedProblem(target, pipeline, refused);
  return { ...run, outcome: "complete", ...(undelivered !== null && { problem: undelivered }) };
}

/** `pipelines`: of one account. */
async function showEvents(
  target: Target,
  pipelines: readonly Pipeline[],
  say: Say,
): Promise<void> {
  const nowMs = Date.now();
  const args = { limit: EVENTS, startMs: nowMs - 3 * 86_400_000, push: false };
  const found = await target.getEvents(pipelines, args);
  say(format(found, "table", terminalWidth(), stdoutColours(), nowMs));
}

async function untilHealthy(client: WorkerClient, say: Say, stop: StopSignal): Promise<void> {
  say(`Waiting for ${client.origin} ...`);
  for (let attempt = 1;; attempt++) {
    try {
      const { version } = await client.ask<{ version: string }>("GET", "/healthz");
      return say(`${client.origin}/healthz answers: version ${version}.`);
    } catch (error) {
      if (stop.stopped || attempt === ATTEMPTS) throw error;
      await waitOrStop(BETWEEN_MS, stop);
    }
  }
}
