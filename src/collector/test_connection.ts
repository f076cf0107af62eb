/**
 * The Test button for an account: its settings, LivePerson's parts as each of its collectors remembers
 * them, and each of its destinations by name. Asks collectors.
 */
import type { Pipeline } from "../pipelines/pipeline.ts";
import type { Collectors } from "./fleet.ts";
import { SOURCE_SKIPPED, type TestedStep } from "./runs/connection_check.ts";
import type { Outcome } from "./service.ts";

/**
 * `pipelines`: those of one account that are to be tested. A failure is a failed step; only a collector
 * that can't be reached is a problem.
 */
export async function testConnection(
  collectors: Collectors,
  pipelines: readonly Pipeline[],
): Promise<Outcome<readonly TestedStep[]>> {
  const [sources, destinations] = await Promise.all([
    collectors.ask(pipelines, "testSource"),
    collectors.ask(pipelines, "testDestination"),
  ]);
  const broken = sources.find((outcome) => !outcome.ok && !isInvalid(outcome));
  if (broken !== undefined && !broken.ok) return broken;
  const isOneOfMany = pipelines.length > 1;
  const value = [
    ...configurationSteps(pipelines, destinations, isOneOfMany),
    ...sourceSteps(pipelines, sources),
    ...destinations.map((outcome, i) => destinationStep(pipelines[i], outcome)),
  ];
  return { ok: true, value };
}

/**
 * Each collector has its own session. If the outcomes agree, they are listed once; otherwise a failure says
 * whose it is.
 */
function sourceSteps(
  pipelines: readonly Pipeline[],
  outcomes: readonly Outcome<readonly TestedStep[]>[],
): readonly TestedStep[] {
  const tested = outcomes.flatMap((outcome, i) =>
    outcome.ok ? [{ pipeline: pipelines[i], steps: outcome.value }] : []
  );
  if (tested.length === 0) return SOURCE_SKIPPED;
  const isFailed = ({ outcome }: TestedStep) => outcome === "failed";
  const failing = tested.filter(({ steps }) => steps.some(isFailed));
  if (failing.length === 0) return tested[0].steps;
  const [{ pipeline, steps }] = failing;
  if (failing.length === tested.length) return steps;
  return steps.map((step) => isFailed(step) ? { ...step, ...kindIn(pipeline) } : step);
}

/** One step if all settings are valid; otherwise one for each pipeline whose settings are not. */
function configurationSteps(
  pipelines: readonly Pipeline[],
  outcomes: readonly Outcome<unknown>[],
  isOneOfMany: boolean,
): readonly TestedStep[] {
  const bad = outcomes.flatMap((outcome, i): TestedStep[] => {
    if (outcome.ok || !isInvalid(outcome)) return [];
    const { problem } = outcome;
    const named = isOneOfMany ? kindIn(pipelines[i]) : {};
    return [{ step: "configuration", ...named, outcome: "failed", milliseconds: 0, problem }];
  });
  return bad.length > 0 ? bad : [{ step: "configuration", outcome: "ok", milliseconds: 0 }];
}

/**
 * A destination that can't be tested is listed too, with the reason: it must not be mistaken for one that
 * works.
 */
function destinationStep(pipeline: Pipeline, outcome: Outcome<TestedStep | null>): TestedStep {
  const step = { step: "destination", ...kindIn(pipeline), milliseconds: 0 } as const;
  if (outcome.ok) {
    return outcome.value ??
      { ...step, outcome: "skipped", because: "There is none in the settings." };
  }
  return isInvalid(outcome)
    ? { ...step, outcome: "skipped" }
    : { ...step, outcome: "failed", problem: outcome.problem };
}

function kindIn({ destination }: Pipeline): { readonly destination?: string } {
  return destination === null ? {} : { destination: destination.kind };
}

function isInvalid(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.problem.code === "configuration_invalid";
}
