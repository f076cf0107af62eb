/** Which collectors a request is about, and how the answers of several are distinguished. */
import * as v from "valibot";
import type { Collectors } from "../../collector/fleet.ts";
import type {
  Arguments,
  CollectorService,
  Method,
  Outcome,
  Value,
} from "../../collector/service.ts";
import { type Named, onePipeline, pipelinesOf } from "../../pipelines/choose.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import { account, destination, inQuery } from "../routing/arguments.ts";
import type { Asked } from "../routing/route.ts";
import * as schemas from "../routing/schemas.ts";

/** The only arguments of most routes. */
export const PIPELINE = inQuery<Named>(v.object({ account, destination }));

/** What distinguishes the entries of a list. */
export const labels = { account: schemas.account, destination: schemas.destination };

export const PipelineProblem = schemas.named(
  "PipelineProblem",
  v.object({ ...labels, problem: schemas.Problem }),
  "An account, or one of its destinations, that failed.",
);

/**
 * The only collector that can be meant.
 * @throws {CollectorError} `arguments_invalid`, `configuration_invalid`
 */
export function collectorOf({ args, connect }: Asked<Named>): CollectorService {
  const collectors = connect();
  return collectors.of(onePipeline(collectors.pipelines, args));
}

/** All collectors that can be meant: one, or several. */
export interface Meant {
  readonly pipelines: readonly Pipeline[];
  /** The collector, if it is the only one. */
  readonly only: CollectorService | null;
  /** Makes the same call to each; the outcomes are in the order of `pipelines`. */
  readonly ask: <M extends Method>(
    method: M,
    ...args: Arguments<M>
  ) => Promise<readonly Outcome<Value<M>>[]>;
}

/**
 * All that can be meant: those with the account and the destination, if these are named. `choose` may
 * narrow that.
 * @throws {CollectorError} `arguments_invalid`, `configuration_invalid`
 */
export function meant(
  { args, connect }: Asked<Named>,
  choose: (pipelines: readonly Pipeline[], named: Named) => readonly Pipeline[] = pipelinesOf,
): Meant {
  const collectors: Collectors = connect();
  const pipelines = choose(collectors.pipelines, args);
  return {
    pipelines,
    only: pipelines.length === 1 ? collectors.of(pipelines[0]) : null,
    ask: (method, ...given) => collectors.ask(pipelines, method, ...given),
  };
}

/** The outcomes as a list for an answer. */
export function toList<T extends object>(
  pipelines: readonly Pipeline[],
  outcomes: readonly Outcome<T>[],
) {
  return outcomes.map((outcome, i) =>
    outcome.ok
      ? { ...labelsOf(pipelines[i]), ...outcome.value }
      : { ...labelsOf(pipelines[i]), problem: outcome.problem }
  );
}
