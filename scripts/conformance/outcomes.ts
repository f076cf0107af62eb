/** The outcome of each comparison. */
import type { AnyKind } from "../../src/destinations/kind.ts";
import type { CompareOptions, Comparison } from "./comparisons/comparison.ts";
import { LeftOut } from "./machine/left_out.ts";

export interface Outcome {
  readonly receiver: string;
  readonly destination: string;
  readonly verdict: "agree" | "disagree" | "left out";
  /** The receiver's; null when it was left out. */
  readonly version: string | null;
  /** Why it was left out; null when it was not. */
  readonly because: string | null;
  readonly disagreements: readonly string[];
}

/** Never throws: a failure that isn't the machine's is a disagreement. */
export async function outcomeOf(
  comparison: Comparison,
  kind: AnyKind,
  options: CompareOptions,
): Promise<Outcome> {
  const { receiver, destination } = comparison;
  const nothing = { receiver, destination, version: null, because: null, disagreements: [] };
  try {
    const { version, disagreements } = await comparison.compare(kind, options);
    const verdict = disagreements.length === 0 ? "agree" : "disagree";
    return { ...nothing, verdict, version, disagreements };
  } catch (error) {
    if (error instanceof LeftOut) {
      return { ...nothing, verdict: "left out", because: error.message };
    }
    return { ...nothing, verdict: "disagree", disagreements: [String(error)] };
  }
}
