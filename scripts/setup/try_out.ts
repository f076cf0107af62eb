/** Tries answers against the services that they are for, before anything else is asked. */
import { CollectorError } from "../../src/errors.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import type { AnyKind } from "../../src/destinations/kind.ts";
import { type Problem, toProblem } from "../../src/problems.ts";
import type { Variables } from "../cli/settings_file.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { openLocalTarget } from "../target/local_target.ts";
import { Interrupted } from "./wrangler.ts";

/**
 * What is wrong: with LivePerson, or with this kind of destination; null if nothing is. The other
 * destinations are left aside.
 * @throws {Interrupted}
 */
export async function tryOut(
  variables: Variables,
  kind: AnyKind | null,
  stop: StopSignal,
): Promise<Problem | null> {
  const others = KINDS.filter((one) => one !== kind).flatMap((one) => Object.keys(one.settings));
  const own = Object.fromEntries(
    Object.entries(variables).filter(([name]) => !others.includes(name)),
  );
  try {
    await using target = await openLocalTarget({
      variables: own,
      kvPath: undefined,
      log() {},
      stop: stop.signal,
    });
    const steps = await target.testConnection(await target.pipelines());
    if (stop.stopped) {
      throw new Interrupted("Interrupted. Your answers are kept for next time.");
    }
    const tried = steps.filter(({ step }) => kind !== null || step !== "destination");
    return tried.find(({ problem }) => problem !== undefined)?.problem ?? null;
  } catch (error) {
    if (error instanceof CollectorError) return toProblem(error);
    throw error;
  }
}
