/** Which refused events are meant, and the actions on all of them, however many calls that takes. */
import type { Discarding } from "../../src/collector/runs/discard.ts";
import { inTotal, type LetterChoice } from "../../src/collector/records/letter_choice.ts";
import type { Redelivery } from "../../src/collector/runs/redeliver.ts";
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { MAX_LETTERS } from "../../src/http/routing/letter_arguments.ts";
import type { CollectorError } from "../../src/errors.ts";
import type { Problem } from "../../src/problems.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { usageError } from "../cli/failure.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { isBrokenOff } from "../target/broken_off.ts";
import type { Target } from "../target/target.ts";
import { listLetters, oneLetter } from "./list_letters.ts";

export interface ChosenLetters {
  readonly choice: LetterChoice;
  /** How many there are, and how many of them are dead letters. */
  readonly letters: number;
  readonly dead: number;
}

/** @throws {CollectorError} `arguments_invalid` when one that was named is not kept */
export async function chosenLetters(
  target: Target,
  pipeline: Pipeline,
  { ids: named, reason }: { readonly ids?: string; readonly reason?: string },
): Promise<ChosenLetters> {
  if (named !== undefined) {
    const ids = [...new Set(named.split(","))].sort();
    const found = await Promise.all(ids.map((id) => oneLetter(target, pipeline, id)));
    const missing = ids.filter((_, i) => found[i] === null);
    if (missing.length > 0) throw noneWithIds(missing);
    const dead = found.filter((one) => one?.dead).length;
    return { choice: { ids }, letters: ids.length, dead };
  }
  const { groups } = await listLetters(target, pipeline, { limit: 1 });
  const meant = groups.filter((group) => reason === undefined || group.reason === reason);
  if (reason !== undefined && meant.length === 0) {
    throw noneWithReason(reason);
  }
  const [letters, dead] = inTotal(meant);
  return { choice: { reason }, letters, dead };
}

export function noneWithIds(ids: readonly string[]): CollectorError {
  return usageError(`No refused event is kept with the id ${ids.join(", ")}.`);
}

export function noneWithReason(reason: string): CollectorError {
  return usageError(`No refused event has the reason ${JSON.stringify(reason)}.`);
}

/** `tried`: how many of the chosen ones were pushed. Ends early when it is stopped. */
export async function redeliverAll(
  target: Target,
  pipeline: Pipeline,
  { choice, letters }: ChosenLetters,
  stop: StopSignal,
): Promise<Redelivery & { readonly tried: number }> {
  let [delivered, refused, left] = [0, 0, letters];
  let problem: Problem | undefined;
  while (delivered + refused < letters && !stop.stopped) {
    const ids = choice.ids?.slice(delivered + refused); // in this order they are tried
    // no more than are left to try: the collector would begin again at the first ones
    const limit = Math.min(MAX_LETTERS, letters - delivered - refused);
    const one = await target.redeliver(pipeline, limit, { ...choice, ids }).catch((error) => {
      if (isBrokenOff(error, stop)) return null;
      throw error;
    });
    if (one === null) break;
    delivered += one.delivered;
    refused += one.refused;
    left = one.left;
    if (one.problem !== undefined) {
      problem = isBrokenOff(new AnsweredProblem(one.problem), stop) ? undefined : one.problem;
      break;
    }
    if (one.delivered + one.refused === 0) break;
  }
  const counts = { delivered, refused, left, tried: delivered + refused };
  return { ...counts, ...(problem !== undefined && { problem }) };
}

export function discardAll(
  target: Target,
  pipeline: Pipeline,
  { choice }: ChosenLetters,
): Promise<Discarding> {
  return target.discardLetters(pipeline, choice);
}
