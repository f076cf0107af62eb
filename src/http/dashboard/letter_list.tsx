/**
 * Refused events, one per row: when, who, what and which object, why and how large; and the content of the
 * one that was asked for.
 */
import type { ListedLetter } from "../../collector/records/listed_letter.ts";
import { iso } from "../../engine/time.ts";
import { count, instant, moment, size } from "../../format.ts";
import type { Rights } from "../../operators/session.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { contentOf } from "./letter_content.ts";
import {
  hrefOfLetterAction,
  hrefOfLetters,
  type LetterView,
  toldLetter,
  toldReason,
} from "./letter_links.ts";

interface ListProps {
  readonly pipeline: Pipeline;
  readonly letters: readonly ListedLetter[];
  readonly opened: ListedLetter | null;
  readonly view: LetterView;
  readonly rights: Rights;
  readonly nowMs: number;
}

const COLUMNS = ["Event", "Who", "Reason", "Size", "Refused"];

/** Who made a change, and to which object, is only for people who may read events. */
export function LetterList(props: ListProps) {
  const { letters, opened, rights } = props;
  const columns = COLUMNS.filter((name) => rights.readEvents || name !== "Who");
  // one that was asked for by its address may be on another page
  const isElsewhere = opened !== null && letters.every((one) => one.eventId !== opened.eventId);
  const shown = isElsewhere ? [opened, ...letters] : letters;
  if (shown.length === 0) {
    return (
      <p role="status">
        None of these is kept any more.{" "}
        <a href={hrefOfLetters(props.pipeline)}>All refused events</a>
      </p>
    );
  }
  return (
    <section class="card" aria-labelledby="letters">
      <h2 id="letters">Events</h2>
      <table class="stacked" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((name) => <th key={name} scope="col" role="columnheader">{name}</th>)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((letter) => (
            <>
              <LetterRow {...props} letter={letter} />
              {letter.eventId === opened?.eventId && (
                <ContentRow letter={opened} columns={columns.length} />
              )}
            </>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type RowProps = ListProps & { readonly letter: ListedLetter };

function LetterRow({ pipeline, letter, opened, view, rights, nowMs }: RowProps) {
  const { eventId, timeMs, who, bytes, dead, tries, refusedAt, nextTryAt } = letter;
  return (
    <tr role="row" id={`event-${eventId}`}>
      <th scope="row" role="rowheader">
        <time datetime={iso(timeMs)}>{instant(iso(timeMs))}</time>
        {rights.readEvents && <bdi class="hint">{toldAbout(letter)}</bdi>}
        <code class="hint">{eventId}</code>
        <LetterChoices
          {...{ pipeline, letter, view, rights }}
          isOpen={opened?.eventId === eventId}
        />
      </th>
      {rights.readEvents && (
        <td role="cell" data-name="Who" class="long">
          {who === null ? "not known" : <bdi>{who}</bdi>}
        </td>
      )}
      <td role="cell" data-name="Reason" class="long">{toldReason(pipeline, letter)}</td>
      <td role="cell" data-name="Size" class="id">{size(bytes)}</td>
      <td role="cell" data-name="Refused">
        {moment(refusedAt, nowMs)}
        <span class="hint">
          {count(tries, "try", "tries")} by runs
          {dead ? " as a dead letter" : ", set aside"}
          {nextTryAt !== null && `, again after ${moment(nextTryAt, nowMs)}`}
        </span>
      </td>
    </tr>
  );
}

function toldAbout({ what, object }: ListedLetter): string {
  return [what, object].filter((part) => part !== null).join(", ");
}

interface ChoicesProps extends Pick<ListProps, "pipeline" | "view" | "rights"> {
  readonly letter: ListedLetter;
  readonly isOpen: boolean;
}

function LetterChoices({ pipeline, letter, view, rights, isOpen }: ChoicesProps) {
  const { eventId } = letter;
  const { event: _, ...list } = view;
  const to = hrefOfLetters(pipeline, list);
  const name = rights.readEvents ? toldLetter(letter) : eventId;
  const ids = [eventId];
  if (!rights.readEvents && !rights.act) return null;
  return (
    <span class="choices">
      {rights.readEvents && (
        <a
          href={isOpen ? to : hrefOfLetters(pipeline, { ...list, event: eventId })}
          aria-label={`${isOpen ? "Close" : "Content"}: ${name}`}
        >
          {isOpen ? "Close" : "Content"}
        </a>
      )}
      {rights.act && (
        <a
          href={hrefOfLetterAction("redeliver", pipeline, { ids }, to)}
          aria-label={`Redeliver: ${name}`}
        >
          Redeliver
        </a>
      )}
      {rights.act && (
        <a
          href={hrefOfLetterAction("discard", pipeline, { ids }, to)}
          aria-label={`Discard: ${name}`}
        >
          Discard
        </a>
      )}
    </span>
  );
}

function ContentRow({ letter, columns }: { letter: ListedLetter; columns: number }) {
  const { text, isCut } = contentOf(letter.json);
  return (
    <tr role="row">
      <td role="cell" colspan={columns}>
        <pre tabindex={0} aria-label="Content of the event">{text}</pre>
        {isCut && (
          <p class="small quiet">
            The beginning of {size(letter.bytes)}.{" "}
            <code>GET /dead-letters?event_id={letter.eventId}</code> has all of it.
          </p>
        )}
      </td>
    </tr>
  );
}
