/** Lists the refused events of a pipeline, as many as were asked for, and counts them by reason. */
import type { ListedLetters } from "../../src/collector/runs/list_letters.ts";
import type { LetterGroup } from "../../src/collector/records/letter_choice.ts";
import type { ListedLetter } from "../../src/collector/records/listed_letter.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Problem } from "../../src/problems.ts";
import type { Target } from "../target/target.ts";

export interface LetterList {
  /** All that there are, listed or not. */
  readonly count: number;
  readonly groups: readonly LetterGroup[];
  readonly letters: readonly ListedLetter[];
  /** True if they were named: then each has all of its content. */
  readonly isWhole: boolean;
}

interface Labels {
  readonly account: string;
  readonly destination: string | null;
}

export type Listed = Labels & (LetterList | { readonly problem: Problem });

interface ListQuery {
  readonly ids?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly limit: number;
}

/** The most letters in one answer of a Worker. */
const PAGE = 100;

export async function listLetters(
  target: Target,
  pipeline: Pipeline,
  { ids, reason, limit }: ListQuery,
): Promise<LetterList> {
  const first = await target.deadLetters(pipeline, ids === undefined ? Math.min(limit, PAGE) : 1, {
    reason,
    grouped: true,
  });
  const { count, groups = [] } = first;
  if (ids !== undefined) {
    const letters = await Promise.all(ids.map((id) => oneLetter(target, pipeline, id)));
    return { count, groups, letters: letters.filter((one) => one !== null), isWhole: true };
  }
  const letters = [...first.letters];
  let page: ListedLetters = first;
  while (page.next !== null && letters.length < limit) {
    const rest = Math.min(limit - letters.length, PAGE);
    page = await target.deadLetters(pipeline, rest, { reason, after: page.next });
    letters.push(...page.letters);
  }
  return { count, groups, letters, isWhole: false };
}

/** The letter with all of its content; null if it is not kept. */
export async function oneLetter(
  target: Target,
  pipeline: Pipeline,
  eventId: string,
): Promise<ListedLetter | null> {
  const { letters } = await target.deadLetters(pipeline, 1, { eventId });
  return letters[0] ?? null;
}
