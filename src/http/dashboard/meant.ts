/** Which pipelines a page or a form is about. Pure. */
import type { Pipeline } from "../../pipelines/pipeline.ts";

/** Those with the given account and destination, if any are given; none if there is no such pipeline. */
export function meantOn(
  pipelines: readonly Pipeline[],
  { account, destination }: Readonly<Record<string, unknown>>,
): readonly Pipeline[] {
  return pipelines.filter((one) =>
    (account === undefined || one.account === account) &&
    (destination === undefined || one.destination?.kind === destination)
  );
}
