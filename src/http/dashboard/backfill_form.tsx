/** The form that asks for the range of a backfill. */
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import { accountTitle, destinationName, hrefOf } from "./links.ts";

interface BackfillFormProps {
  readonly pipeline: Pipeline;
  /** As they were typed. */
  readonly from?: string;
  readonly to?: string;
  /** What is wrong with them. */
  readonly wrong?: string;
}

export function BackfillForm({ pipeline, from, to, wrong }: BackfillFormProps) {
  const { account, destination } = labelsOf(pipeline);
  const describedBy = wrong === undefined ? "hint" : "error hint";
  const invalid = wrong === undefined ? undefined : "true";
  return (
    <form class="card narrow" method="get" action="/actions/backfill">
      <h1 class="title">Backfill</h1>
      <p>
        Delivers a past range, beside the live collection. For account{" "}
        <strong>{accountTitle(pipeline)}</strong>
        {destination !== null && (
          <>
            , to <strong>{destinationName(pipeline)}</strong>
          </>
        )}.
      </p>
      {wrong && <p class="error" role="alert" id="error">{wrong}</p>}
      <input type="hidden" name="account" value={account} />
      {destination !== null && <input type="hidden" name="destination" value={destination} />}
      <div>
        <label for="from">From</label>
        <input
          id="from"
          name="from"
          value={from}
          required
          placeholder="30 days ago"
          aria-describedby={describedBy}
          aria-invalid={invalid}
        />
      </div>
      <div>
        <label for="to">To</label>
        <input id="to" name="to" value={to} placeholder="now" aria-describedby={describedBy} />
      </div>
      <p class="hint" id="hint">
        Such as 30 days ago, yesterday, 2026-11-21T09:00Z; times are UTC. Leave To empty for now.
      </p>
      <div class="actions">
        <button class="button" type="submit">Continue</button>
        <a class="button second" href={hrefOf("/", pipeline)}>Cancel</a>
      </div>
    </form>
  );
}
