/** What reading works with: the reader of pages, and where it stands. */
import type { ListingState } from "./listing_state.ts";
import type { PageReader } from "./page_reader.ts";
import type { Limits, Listed, Ports } from "./ports.ts";
import type { Progress } from "./progress.ts";

export interface Reading<R extends Listed> {
  readonly reader: PageReader<R>;
  readonly state: ListingState;
  readonly limits: Pick<Limits, "lateArrivalWindowMs" | "untilMs">;
  readonly progress: Progress;
  readonly dealtAt?: Ports<R>["dealtAt"];
}

/** Recalls what was dealt with at an instant before this reading. */
export async function recall<R extends Listed>(
  { state, dealtAt }: Reading<R>,
  timeMs: number,
): Promise<void> {
  if (dealtAt !== undefined) state.recall(timeMs, await dealtAt(timeMs));
}
