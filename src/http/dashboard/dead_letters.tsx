/** The events that the destination refused: id and reason, never their content. */
import type { ListedLetters } from "../../collector/collector.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { count, cut, moment } from "../../format.ts";
import { destinationNameFirst, hrefOf } from "./links.ts";

const MAX_REASON_LENGTH = 300;

export function DeadLettersCard(
  { pipeline, letters: { count: all, letters }, mayAct, nowMs }: {
    pipeline: Pipeline;
    letters: ListedLetters;
    mayAct: boolean;
    nowMs: number;
  },
) {
  const destination = destinationNameFirst(pipeline);
  return (
    <section class="card" aria-labelledby="letters">
      <h2 id="letters">{count(all, "dead letter")}</h2>
      <p class="quiet">
        {destination} refused these events. <code>GET /dead-letters</code> has their content.
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
                <code>{eventId}</code>
              </th>
              <td role="cell" data-name="Reason">
                {status === null ? "Too large to be sent" : `${destination} answered ${status}`}:
                {" "}
                {cut(reason, MAX_REASON_LENGTH)}
              </td>
              <td role="cell" data-name="Refused">{moment(refusedAt, nowMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > letters.length && <p class="small quiet">The first {letters.length} are shown.</p>}
      {mayAct && (
        <p>
          <a class="button second" href={hrefOf("/actions/redeliver", pipeline)}>
            Redeliver dead letters
          </a>
        </p>
      )}
    </section>
  );
}
