/** Pushes dead letters again, one by one, so that one that is still refused does not hold back the rest. */
import { CollectorError } from "../../errors.ts";
import { type Problem, toProblem } from "../../problems.ts";
import type { PushAnswer, WholeRefusal } from "../../engine/ports.ts";
import { lettersIn } from "../records/letter_counts.ts";
import type { KeptLetter } from "../records/kept_letter.ts";
import type { LetterChoice } from "../records/letter_choice.ts";
import { hasContent } from "../records/letter_quota.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";
import type { RunContext } from "./context.ts";
import { Connections } from "./connections.ts";
import { toLineAgain } from "./event_line.ts";

export interface Redelivery {
  readonly delivered: number;
  /** Refused again, or too large to be sent at all. */
  readonly refused: number;
  /** Refused events that are left in total. */
  readonly left: number;
  /** What broke it off after some had been tried, if anything did. */
  readonly problem?: Problem;
}

/** What came of a redelivery, and what its report does not say. */
export interface Redelivered {
  /** Null if not even one could be tried. */
  readonly redelivery: Redelivery | null;
  /** Events that may have been delivered twice, because a push of them got no answer. */
  readonly repeats: number;
  /** What broke it off, if anything did. */
  readonly failure?: unknown;
}

/** The letter that was tried last. The next time begins after it, so that each gets its turn. */
const TRIED_LAST = "redelivered-last";

/**
 * Tries `limit` of the chosen letters, or as many as the requests of one run allow. Why one is refused now is
 * kept with it.
 * @throws {CollectorError} what connecting throws
 */
export async function redeliver(
  { settings, platform, undelivered }: RunContext,
  limit: number,
  choice: LetterChoice,
): Promise<Redelivered> {
  const runId = platform.newId();
  const connections = await Connections.open(settings, platform, runId);
  const destination = connections.destination();
  const triedBefore = await platform.local.get(TRIED_LAST) ?? "";
  let triedLast = triedBefore;
  let delivered = 0;
  let refused = 0;
  let repeats = 0;
  let failure: unknown;
  await undelivered.open();
  try {
    for await (const letter of inTurn(undelivered, choice, triedBefore)) {
      if (delivered + refused === limit || !connections.hasBudget()) break;
      triedLast = letter.eventId;
      const line = toLineAgain(letter, destination, platform.now());
      const canBeSent = hasContent(letter) && line.bytes <= destination.limits.maxEventBytes;
      const answer = canBeSent ? await destination.push([line], { probing: true }) : null;
      if (isUnanswered(answer)) repeats++;
      const refusal = answer === null ? null : refusalIn(answer);
      if (refusal !== null) await undelivered.noteRefusal(letter, line, refusal);
      const accepted = answer !== null && isDelivered(answer);
      if (accepted) await undelivered.remove([letter.eventId]);
      if (accepted) delivered++;
      else refused++;
    }
  } catch (error) {
    failure = error;
    // the letter is kept: the next time it is sent, its event may come again
    if (error instanceof CollectorError && isUnanswered(error.details)) repeats++;
  } finally {
    await undelivered.save();
    if (triedLast !== triedBefore) await platform.local.put(TRIED_LAST, triedLast);
  }
  if (failure !== undefined && delivered + refused === 0) {
    return { redelivery: null, repeats, failure };
  }
  const left = lettersIn(await undelivered.counts());
  const counts = { delivered, refused, left };
  platform.log({ level: "info", event: "dead_letters_redelivered", runId, ...counts });
  const problem = failure === undefined ? undefined : toProblem(failure);
  return { redelivery: { ...counts, ...(problem !== undefined && { problem }) }, repeats };
}

function isUnanswered(push: { readonly unanswered?: number } | null): boolean {
  return (push?.unanswered ?? 0) > 0;
}

/**
 * The chosen letters after the one that was tried last, then those before it. Letters that are named are
 * tried in the order given.
 */
async function* inTurn(
  undelivered: UndeliveredBox,
  choice: LetterChoice,
  after: string,
): AsyncGenerator<KeptLetter> {
  if (choice.ids !== undefined) return yield* undelivered.chosen(choice);
  yield* undelivered.chosen(choice, after);
  for await (const letter of undelivered.chosen(choice)) {
    if (letter.eventId > after) return;
    yield letter;
  }
}

/** Why the one event of a push was refused; null if it was not, or is only to be sent again. */
function refusalIn(answer: PushAnswer): WholeRefusal["refusedWhole"] | null {
  return "refusedWhole" in answer ? answer.refusedWhole : answer.refused[0] ?? null;
}

/** Was the one event of a push accepted? */
function isDelivered(answer: PushAnswer): boolean {
  return !("refusedWhole" in answer) && answer.refused.length === 0 && answer.again.length === 0;
}
