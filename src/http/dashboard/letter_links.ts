/** Which refused events a link or a form is about, and how a letter and its reason are described. Pure. */
import type { ListedLetter } from "../../collector/records/listed_letter.ts";
import type { LetterChoice } from "../../collector/records/letter_choice.ts";
import { cut } from "../../format.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { printable } from "../../printable.ts";
import { destinationNameFirst, hrefOf } from "./links.ts";

const MAX_REASON_LENGTH = 300;

/** Which of the letters a page lists. */
export interface LetterView {
  /** Only those with this reason; undefined for all. */
  readonly reason?: string | undefined;
  /** The list begins after this event id. */
  readonly after?: string | undefined;
  /** The content of this event's letter is shown. */
  readonly event?: string | undefined;
}

/** The page of undelivered events. */
export function hrefOfLetters(pipeline: Pipeline, { reason, after, event }: LetterView = {}) {
  const href = withFields(hrefOf("/undelivered", pipeline), { reason, after, event });
  return event === undefined ? href : `${href}#event-${event}`;
}

/** The confirmation of an action with these letters; it leads back to `to`. None chosen is all of them. */
export function hrefOfLetterAction(
  action: "redeliver" | "discard",
  pipeline: Pipeline,
  { ids, reason }: LetterChoice,
  to: string,
): string {
  const all = ids === undefined && reason === undefined ? "true" : undefined;
  const fields = { ids: ids?.join(","), reason, all, to };
  return withFields(hrefOf(`/actions/${action}`, pipeline), fields);
}

function withFields(href: string, fields: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(fields).filter((one): one is [string, string] => !!one[1]);
  return known.length === 0 ? href : `${href}&${new URLSearchParams(known)}`;
}

/** What the destination answered, and what that means. The status 0 is that of an event nobody has refused. */
export function toldReason(
  pipeline: Pipeline,
  { status, reason }: Pick<ListedLetter, "status" | "reason">,
): string {
  const said = status === null
    ? "Too large to be sent"
    : status === 0
    ? "Not sent yet"
    : `${destinationNameFirst(pipeline)} answered ${status}`;
  return `${said}: ${cut(printable(reason), MAX_REASON_LENGTH)}`;
}

/** What the event was about, for people who may read events. */
export function toldLetter({ eventId, who, what, object }: ListedLetter): string {
  const about = [what, object].filter((part) => part !== null).join(", ");
  const by = who === null ? "" : ` by ${who}`;
  return about === "" ? `Event ${eventId}` : printable(`${about}${by}`);
}
