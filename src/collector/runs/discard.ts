/**
 * Discards refused events for good, because somebody asked for it: they are no longer delivered, not even
 * those that are only set aside.
 */
import { lettersIn } from "../records/letter_counts.ts";
import type { LetterChoice } from "../records/letter_choice.ts";
import type { RunContext } from "./context.ts";

export interface Discarding {
  readonly discarded: number;
  /** Letters that are left in total. */
  readonly left: number;
}

/** All of them, if nothing is chosen. */
export async function discard(
  { platform, undelivered }: RunContext,
  choice: LetterChoice,
): Promise<Discarding> {
  let discarded = 0;
  await undelivered.open();
  try {
    for await (const { eventId } of undelivered.facts(choice)) {
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
