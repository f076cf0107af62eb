/** Lists the events that the destination refused. I/O through the box of undelivered events. */
import { Groups, type LetterGroup } from "../records/letter_choice.ts";
import { lettersIn } from "../records/letter_counts.ts";
import { listedCut, type ListedLetter, listedWhole } from "../records/listed_letter.ts";
import type { RunContext } from "./context.ts";

export interface ListedLetters {
  readonly count: number;
  readonly letters: readonly ListedLetter[];
  /** The id after which the list continues; null at the end. */
  readonly next: string | null;
  /** All letters grouped by reason, if that was asked for. */
  readonly groups?: readonly LetterGroup[];
}

/** Which letters are listed. */
export interface LetterQuery {
  readonly reason?: string | undefined;
  /** The list begins after this event id. */
  readonly after?: string | undefined;
  /** Only this letter, with all of its content. */
  readonly eventId?: string | undefined;
  /** True to count all letters by reason, which reads each of them. */
  readonly grouped?: boolean | undefined;
}

type Needed = Pick<RunContext, "undelivered">;

/**
 * At most `limit` letters in order of event id, with large ones cut; or one of them, with all of its
 * content.
 */
export async function listLetters(
  { undelivered }: Needed,
  limit: number,
  { eventId, reason, after, grouped }: LetterQuery,
): Promise<ListedLetters> {
  const letters: ListedLetter[] = [];
  let next: string | null = null;
  const ids = eventId === undefined ? undefined : [eventId];
  const listed = ids === undefined ? listedCut : listedWhole;
  for await (const letter of undelivered.chosen({ ids, reason }, after)) {
    if (letters.length === limit) {
      next = letters.at(-1)?.eventId ?? null;
      break;
    }
    letters.push(listed(letter));
  }
  const count = lettersIn(await undelivered.counts());
  return { count, letters, next, ...(grouped && { groups: await letterGroups({ undelivered }) }) };
}

async function letterGroups({ undelivered }: Needed): Promise<readonly LetterGroup[]> {
  const groups = new Groups();
  for await (const letter of undelivered.facts()) groups.add(letter);
  return groups.list;
}
