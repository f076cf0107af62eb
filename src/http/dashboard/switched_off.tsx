/** Instead of the question whether to collect now: why nothing would be collected. */
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { hrefOf } from "./links.ts";

export const SWITCHED_OFF_TITLE = "Collecting is switched off";

export function SwitchedOff({ pipeline }: { pipeline: Pipeline }) {
  return (
    <section class="card narrow" aria-labelledby="off">
      <h1 id="off" class="title">{SWITCHED_OFF_TITLE}</h1>
      <p>
        <code>FETCH_EVENTS</code>{" "}
        is false, so a run would collect nothing. Set it to true, then deploy or restart.
      </p>
      <div class="actions">
        <a class="button second" href={hrefOf("/", pipeline)}>Back</a>
      </div>
    </section>
  );
}
