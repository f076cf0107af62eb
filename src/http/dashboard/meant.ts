/** Which pipelines a page or a form is about. Pure. */
import type { Pipeline } from "../../pipelines/pipeline.ts";

/** Those that have the account and the destination, where they are given; none if there is no such thing. */
export function meantOn(
  pipelines: readonly Pipeline[],
  { account, destination }: Readonly<Record<string, unknown>>,
): readonly Pipeline[] {
  return pipelines.filter((one) =>
    (account === undefined || one.account === account) &&
    (destination === undefined || one.destination?.kind === destination)
  );
}
