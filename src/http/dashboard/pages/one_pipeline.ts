/** Pages and forms about one pipeline: which one it is, or why that is unclear. */
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { meantOn } from "../meant.ts";
import type { PageContext } from "../page_context.ts";
import { AMBIGUOUS, NO_PIPELINE } from "../page_problems.ts";
import { showProblem } from "../render.tsx";

type Answer = Response | Promise<Response>;

export function onOne(
  c: PageContext,
  pipelines: readonly Pipeline[],
  named: Readonly<Record<string, unknown>>,
  answer: (pipeline: Pipeline) => Answer,
): Answer {
  const [pipeline, ...others] = meantOn(pipelines, named);
  if (pipeline === undefined) return showProblem(c, NO_PIPELINE);
  if (others.length > 0) return showProblem(c, AMBIGUOUS);
  return answer(pipeline);
}
