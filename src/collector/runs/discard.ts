/**
 * Discards dead letters for good, because somebody asked for it: their events are no longer delivered. What
 * is only set aside is kept: it is delivered as soon as the destination accepts something.
 */
import { lettersIn } from "../records/letter_counts.ts";
import type { LetterChoice } from "../records/letter_choice.ts";
import type { RunContext } from "./context.ts";

export interface Discarding {
  readonly discarded: number;
  /** Letters that are left in total. */
  readonly left: number;
}

/** All dead letters, if nothing is chosen. */
export async function discard(
  { platform, undelivered }: RunContext,
  choice: LetterChoice,
): Promise<Discarding> {
  let discarded = 0;
  await undelivered.open();
  try {
    for await (const { eventId, dead } of undelivered.chosen(choice)) {
      if (!dead) continue;
      await undelivered.remove([eventId]);
      discarded++;
    }
  } finally {
    await undelivered.save();
  }
  const left = lettersIn(await undelivered.counts());
  platform.log({ level: "warn", event: "dead_letters_discarded", discarded, left });
  return { discarded, left };
}
