/** The confirmation between a button and its action. */
import type { Action } from "./action.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import { accountTitle, destinationName, hrefOf } from "./links.ts";
import { PipelineFields } from "./pipeline_fields.tsx";
import type { Viewer } from "../../operators/viewer.ts";

interface ConfirmProps {
  readonly action: Action;
  readonly pipeline: Pipeline;
  readonly viewer: Viewer;
  /** What it is done to, shown before it is confirmed. */
  readonly subject?: string;
  /** Fields of the form that the action needs. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Where to go if the action is not confirmed; if left out, the pipeline's page. */
  readonly back?: string | undefined;
}

export function ConfirmForm(
  { action, pipeline, viewer, subject, fields = {}, back = hrefOf("/", pipeline) }: ConfirmProps,
) {
  const { account, destination } = labelsOf(pipeline);
  return (
    <form class="card narrow" method="post">
      <h1 class="title">{action.name}?</h1>
      <p>
        For account <strong>{accountTitle(pipeline)}</strong>
        {destination !== null && (
          <>
            , to <strong>{destinationName(pipeline)}</strong>
          </>
        )}.
      </p>
      {subject !== undefined && (
        <p>
          <strong>{subject}.</strong>
        </p>
      )}
      <p>{action.explanation(destinationName(pipeline), fields)}</p>
      <PipelineFields pipeline={pipeline} viewer={viewer} />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {action.isTyped && (
        <div>
          <label for="confirm">Type {account} to confirm it</label>
          <input
            id="confirm"
            name="confirm"
            required
            autocomplete="off"
            pattern={`\\s*${account}\\s*`}
          />
        </div>
      )}
      <div class="actions">
        <button class="button" type="submit">{action.confirm}</button>
        <a class="button second" href={back}>
          {/^cancel/i.test(action.confirm) ? "Back" : "Cancel"}
        </a>
      </div>
    </form>
  );
}
