/** The hidden fields of a form for one pipeline: which it is, and that the form is this viewer's. */
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { FormToken } from "./layout.tsx";

export function PipelineFields({ pipeline, viewer }: { pipeline: Pipeline; viewer: Viewer }) {
  const { account, destination } = labelsOf(pipeline);
  return (
    <>
      <FormToken viewer={viewer} />
      <input type="hidden" name="account" value={account} />
      {destination !== null && <input type="hidden" name="destination" value={destination} />}
    </>
  );
}
