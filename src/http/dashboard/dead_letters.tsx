/** The first events that the destination refused, dead letters or set aside: id and reason, never their content, which is behind a link. */
import type { ListedLetters } from "../../collector/runs/list_letters.ts";
import type { Rights } from "../../operators/session.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { count, moment } from "../../format.ts";
import { hrefOfLetters, toldReason } from "./letter_links.ts";
import { destinationNameFirst, hrefOf } from "./links.ts";

export function DeadLettersCard(
  { pipeline, letters: { count: all, letters }, rights, nowMs }: {
    pipeline: Pipeline;
    letters: ListedLetters;
    rights: Rights;
    nowMs: number;
  },
) {
  const destination = destinationNameFirst(pipeline);
  return (
    <section class="card" aria-labelledby="letters">
      <h2 id="letters">{count(all, "refused event")}</h2>
      <p class="quiet">
        {destination} has not accepted these events. They are kept.{" "}
        <a href={hrefOfLetters(pipeline)}>All of them, by reason</a>
      </p>
      <table class="stacked" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Event id</th>
            <th scope="col" role="columnheader">Reason</th>
            <th scope="col" role="columnheader">Refused</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {letters.map(({ eventId, reason, status, refusedAt }) => (
            <tr role="row">
              <th scope="row" role="rowheader">
                {rights.readEvents
                  ? (
                    <a href={hrefOfLetters(pipeline, { event: eventId })}>
                      <code>{eventId}</code>
                    </a>
                  )
                  : <code>{eventId}</code>}
              </th>
              <td role="cell" data-name="Reason">
                {toldReason(pipeline, { status, reason })}
              </td>
              <td role="cell" data-name="Refused">{moment(refusedAt, nowMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > letters.length && <p class="small quiet">The first {letters.length} are shown.</p>}
      {rights.act && (
        <p>
          <a class="button second" href={hrefOf("/actions/redeliver", pipeline)}>
            Redeliver refused events
          </a>
        </p>
      )}
    </section>
  );
}
