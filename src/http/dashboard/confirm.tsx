/** The confirmation between a button and its action. */
import type { Action } from "./actions.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import { FormToken } from "./layout.tsx";
import { destinationName, hrefOf } from "./links.ts";
import type { Viewer } from "../auth/viewer.ts";

interface ConfirmProps {
  readonly action: Action;
  readonly pipeline: Pipeline;
  readonly viewer: Viewer;
}

export function ConfirmForm({ action, pipeline, viewer }: ConfirmProps) {
  const { account, destination } = labelsOf(pipeline);
  return (
    <form class="card narrow" method="post">
      <h1 class="title">{action.name}?</h1>
      <p>
        For account <strong>{account}</strong>
        {destination !== null && (
          <>
            , to <strong>{destinationName(pipeline)}</strong>
          </>
        )}.
      </p>
      <p>{action.explanation(destinationName(pipeline))}</p>
      <FormToken viewer={viewer} />
      <input type="hidden" name="account" value={account} />
      {destination !== null && <input type="hidden" name="destination" value={destination} />}
      <div class="actions">
        <button class="button" type="submit">{action.confirm}</button>
        <a class="button second" href={hrefOf("/", pipeline)}>Cancel</a>
      </div>
    </form>
  );
}
