/** Actions: first the form that asks for confirmation, then the action itself. */
import { ACTIONS } from "../actions.ts";
import { ConfirmForm } from "../confirm.tsx";
import { hrefOf } from "../links.ts";
import { leaveNotice } from "../notice.ts";
import { configuredToken, type PageContext, readForm } from "../page_context.ts";
import { AMBIGUOUS, NO_PAGE, NO_PIPELINE } from "../page_problems.ts";
import { meantOn } from "../meant.ts";
import { showPage, showProblem } from "../render.tsx";

export function confirmPage(c: PageContext) {
  const action = ACTIONS.get(c.req.param("action")!);
  const [pipeline, ...others] = meantOn(c.var.connect().pipelines, c.req.query());
  if (action === undefined) return showProblem(c, NO_PAGE);
  if (pipeline === undefined) return showProblem(c, NO_PIPELINE);
  if (others.length > 0) return showProblem(c, AMBIGUOUS);
  return showPage(
    c,
    { title: `${action.name}?` },
    <ConfirmForm action={action} pipeline={pipeline} viewer={c.var.viewer} />,
  );
}

/** Leaves a notice of the outcome and leads back to the pipeline. */
export async function performAction(c: PageContext) {
  const action = ACTIONS.get(c.req.param("action")!);
  const collectors = c.var.connect();
  const [pipeline, ...others] = meantOn(collectors.pipelines, await readForm(c));
  if (action === undefined) return showProblem(c, NO_PAGE);
  if (pipeline === undefined) return showProblem(c, NO_PIPELINE);
  if (others.length > 0) return showProblem(c, AMBIGUOUS);
  leaveNotice(c, configuredToken(c), c.var.viewer, await action.perform(collectors, pipeline));
  return c.redirect(collectors.pipelines.length > 1 ? hrefOf("/", pipeline) : "/", 303);
}
