/** All collectors together, one for each pipeline, and calls to many of them at once. */
import pMap from "p-map";
import type { Pipeline } from "../pipelines/pipeline.ts";
import type { Arguments, CollectorService, Method, Outcome, Value } from "./service.ts";

export interface Collectors {
  /** In the order of the settings. */
  readonly pipelines: readonly Pipeline[];
  /** The collector of one of them. */
  readonly of: (pipeline: Pipeline) => CollectorService;
  /** Makes the same call to each of these; the outcomes are in their order. */
  readonly ask: AskEach;
}

export type AskEach = <M extends Method>(
  pipelines: readonly Pipeline[],
  method: M,
  ...args: Arguments<M>
) => Promise<readonly Outcome<Value<M>>[]>;

/** How many collectors that deliver to the same kind of destination are called at the same time. */
export const CONCURRENCY = 6;

/**
 * Calls a few collectors at a time, each kind of destination separately: a slow or failing one holds up
 * neither another account nor another destination.
 */
export function askEach(of: Collectors["of"]): AskEach {
  return (pipelines, method, ...args) =>
    mapLanes(pipelines, (pipeline) => of(pipeline)[method](...args));
}

/** Does the work for each pipeline, in these lanes; the results are in the pipelines' order. */
export async function mapLanes<T>(
  pipelines: readonly Pipeline[],
  work: (pipeline: Pipeline) => Promise<T>,
): Promise<T[]> {
  const results = new Map<Pipeline, T>();
  const workOn = async (one: Pipeline) => void results.set(one, await work(one));
  const lanes = [...lanesOf(pipelines).values()];
  await Promise.all(lanes.map((lane) => pMap(lane, workOn, { concurrency: CONCURRENCY })));
  return pipelines.map((one) => results.get(one)!);
}

/** The pipelines by what may slow them down together: the kind of their destination. */
export function lanesOf(pipelines: readonly Pipeline[]): Map<Lane, Pipeline[]> {
  return Map.groupBy(pipelines, laneOf);
}

/** The lane of one pipeline. */
export function laneOf({ destination }: Pipeline): Lane {
  return destination?.kind;
}

/** Undefined for pipelines without a destination. */
export type Lane = string | undefined;

/**
 * Makes the call to one of these pipelines of one account, whichever its destination: the first whose
 * settings are valid.
 */
export async function askAny<M extends Method>(
  { of }: Pick<Collectors, "of">,
  [first, ...others]: readonly Pipeline[],
  method: M,
  ...args: Arguments<M>
): Promise<Outcome<Value<M>>> {
  const outcome: Outcome<Value<M>> = await of(first)[method](...args);
  const isInvalid = !outcome.ok && outcome.problem.code === "configuration_invalid";
  return isInvalid && others.length > 0 ? await askAny({ of }, others, method, ...args) : outcome;
}
