/**
 * The Test button for an account: its settings, LivePerson's parts once, and each of its destinations by
 * name. Asks collectors.
 */
import { kindOf } from "../destinations/catalog.ts";
import type { Pipeline } from "../pipelines/pipeline.ts";
import { askAny, type Collectors } from "./fleet.ts";
import { SOURCE_SKIPPED, type TestedStep } from "./runs/connection_check.ts";
import type { Outcome } from "./service.ts";

/**
 * `pipelines`: those of one account that are to be tested. What fails is a step that failed; only a
 * collector that can't be asked is a problem.
 */
export async function testConnection(
  collectors: Collectors,
  pipelines: readonly Pipeline[],
): Promise<Outcome<readonly TestedStep[]>> {
  const [source, destinations] = await Promise.all([
    askAny(collectors, pipelines, "testSource"),
    collectors.ask(pipelines, "testDestination"),
  ]);
  if (!source.ok && !isInvalid(source)) return source;
  const isOneOfMany = pipelines.length > 1;
  const value = [
    ...configurationSteps(pipelines, destinations, isOneOfMany),
    ...(source.ok ? source.value : SOURCE_SKIPPED),
    ...destinations.flatMap((outcome, i) =>
      isInvalid(outcome) ? [] : destinationSteps(pipelines[i], outcome, isOneOfMany)
    ),
  ];
  return { ok: true, value };
}

/** A step that holds, or one for each pipeline whose settings are bad. */
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

/** One that can't be tried is told only where it would be missed: beside others. */
function destinationSteps(
  pipeline: Pipeline,
  outcome: Outcome<TestedStep | null>,
  isOneOfMany: boolean,
): readonly TestedStep[] {
  if (outcome.ok && outcome.value !== null) return [outcome.value];
  const step = { step: "destination", ...kindIn(pipeline), milliseconds: 0 } as const;
  if (!outcome.ok) return [{ ...step, outcome: "failed", problem: outcome.problem }];
  const check = kindOf(pipeline.destination?.kind)?.connectionCheck;
  if (!isOneOfMany || check === undefined || check.check !== null) return [];
  return [{ ...step, outcome: "unverified", because: check.because }];
}

function kindIn({ destination }: Pipeline): { readonly destination?: string } {
  return destination === null ? {} : { destination: destination.kind };
}

function isInvalid(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.problem.code === "configuration_invalid";
}
