/** The buttons of a pipeline: a link to the confirmation of each action, or the action itself if it changes nothing. */
import type { Status } from "../../collector/collector.ts";
import { keptEvents } from "../../collector/health/missing.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { ACTIONS } from "./actions.ts";
import { hrefOf } from "./links.ts";
import { PipelineFields } from "./pipeline_fields.tsx";

interface ButtonsProps {
  readonly pipeline: Pipeline;
  readonly viewer: Viewer;
  readonly status: Status | null;
}

export function Buttons({ pipeline, viewer, status }: ButtonsProps) {
  const { act, readEvents } = viewer.rights;
  if (!act && !readEvents) return null;
  const backfills = status?.backfill?.completedAt === null;
  const isOffered: Readonly<Record<string, boolean>> = {
    "collect": status?.state !== "disabled",
    "redeliver": status !== null && keptEvents(status.undelivered) > 0,
    "discard": false, // where the letters are listed
    "backfill": !backfills,
    "cancel-backfill": backfills,
  };
  return (
    <nav class="actions" aria-label="Actions">
      {[...ACTIONS]
        .filter(([path]) => act && (isOffered[path] ?? true))
        .map(([path, { name, isHarmless }]) =>
          isHarmless
            ? (
              <form key={path} method="post" action={`/actions/${path}`}>
                <PipelineFields pipeline={pipeline} viewer={viewer} />
                <button class="button second" type="submit">{name}</button>
              </form>
            )
            : (
              <a key={path} class="button second" href={hrefOf(`/actions/${path}`, pipeline)}>
                {name}
              </a>
            )
        )}
      {readEvents && <a class="button second" href={hrefOf("/events", pipeline)}>Look at events</a>}
    </nav>
  );
}
