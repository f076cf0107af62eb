/** Which dead letters are meant, and the actions on all of them, however many calls that takes. */
import type { Discarding } from "../../src/collector/runs/discard.ts";
import type { LetterChoice } from "../../src/collector/records/letter_choice.ts";
import type { Redelivery } from "../../src/collector/runs/redeliver.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { usageError } from "../cli/failure.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import type { Target } from "../target/target.ts";
import { listLetters, oneLetter } from "./list_letters.ts";

export interface ChosenLetters {
  readonly choice: LetterChoice;
  /** How many there are. */
  readonly letters: number;
}

/** @throws {CollectorError} `arguments_invalid` when one that was named is not kept */
export async function chosenLetters(
  target: Target,
  pipeline: Pipeline,
  { ids: named, reason }: { readonly ids?: string; readonly reason?: string },
  toDiscard: boolean,
): Promise<ChosenLetters> {
  if (named !== undefined) {
    const ids = [...new Set(named.split(","))].sort();
    const found = await Promise.all(ids.map((id) => oneLetter(target, pipeline, id)));
    const missing = ids.filter((_, i) => found[i] === null);
    if (missing.length > 0) {
      throw usageError(`There is no dead letter with the id ${missing.join(", ")}.`);
    }
    return { choice: { ids }, letters: ids.length };
  }
  const { groups } = await listLetters(target, pipeline, { limit: 1 });
  const meant = groups.filter((group) => reason === undefined || group.reason === reason);
  if (reason !== undefined && meant.length === 0) {
    throw usageError(`No dead letter has the reason ${JSON.stringify(reason)}.`);
  }
  const letters = meant.reduce((sum, one) => sum + (toDiscard ? one.dead : one.letters), 0);
  return { choice: { reason }, letters };
}

/** `tried`: how many of the chosen ones were pushed. Ends early when it is stopped. */
export async function redeliverAll(
  target: Target,
  pipeline: Pipeline,
  { choice, letters }: ChosenLetters,
  stop: StopSignal,
): Promise<Redelivery & { readonly tried: number }> {
  let [delivered, refused, left] = [0, 0, letters];
  while (delivered + refused < letters && !stop.stopped) {
    const ids = choice.ids?.slice(delivered + refused); // in this order they are tried
    const one = await target.redeliver(pipeline, { ...choice, ids });
    delivered += one.delivered;
    refused += one.refused;
    left = one.left;
    if (one.delivered + one.refused === 0) break;
  }
  return { delivered, refused, left, tried: delivered + refused };
}

export function discardAll(
  target: Target,
  pipeline: Pipeline,
  { choice }: ChosenLetters,
): Promise<Discarding> {
  return target.discardLetters(pipeline, choice);
}
