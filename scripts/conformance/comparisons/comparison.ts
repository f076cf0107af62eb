/** A destination of the product, compared with a receiver that others wrote. */
import type { AnyKind } from "../../../src/destinations/kind.ts";

export interface Comparison {
  /** What `--only` calls it. */
  readonly id: string;
  readonly receiver: string;
  /** The id of the kind of destination that pushes to it. */
  readonly destination: string;
  /**
   * Gets the receiver, starts it, pushes to it, reads back what it holds, and ends it.
   * @throws {LeftOut} when this machine can't have it
   */
  compare(kind: AnyKind, options: CompareOptions): Promise<Compared>;
}

export interface CompareOptions {
  /** Where downloads and builds are kept. */
  readonly cacheFolder: string;
  /** Epoch milliseconds: the events are of the day before. */
  readonly nowMs: number;
}

export interface Compared {
  /** The receiver's. */
  readonly version: string;
  /** One line each; none if all is as it must be. */
  readonly disagreements: readonly string[];
}
