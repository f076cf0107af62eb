/** Actions: first the form that asks for confirmation, then the action itself. */
import type { CollectorService } from "../../../collector/service.ts";
import { ACTIONS } from "../actions.ts";
import { ConfirmForm } from "../confirm.tsx";
import { hrefOf } from "../links.ts";
import { leaveNotice } from "../notice.ts";
import { tellAbout } from "../../auth/record.ts";
import { localPath, type PageContext, readForm } from "../page_context.ts";
import { NO_PAGE } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";
import { SWITCHED_OFF_TITLE, SwitchedOff } from "../switched_off.tsx";
import { onOne } from "./one_pipeline.ts";

export function confirmPage(c: PageContext) {
  const name = c.req.param("action")!;
  const action = ACTIONS.get(name);
  const { pipelines, of } = c.var.connect();
  if (action === undefined) return showProblem(c, NO_PAGE);
  return onOne(c, pipelines, c.req.query(), async (pipeline) => {
    if (name === "collect" && await isSwitchedOff(of(pipeline))) {
      return showPage(c, { title: SWITCHED_OFF_TITLE }, <SwitchedOff pipeline={pipeline} />);
    }
    return showPage(
      c,
      { title: `${action.name}?` },
      <ConfirmForm action={action} pipeline={pipeline} viewer={c.var.viewer} />,
    );
  });
}

async function isSwitchedOff(collector: CollectorService): Promise<boolean> {
  const verdict = await collector.verdict();
  return verdict.ok && verdict.value.state === "disabled";
}

/** Leaves a notice of the outcome, and leads back to where the action was started, or to the pipeline. */
export async function performAction(c: PageContext) {
  const action = ACTIONS.get(c.req.param("action")!);
  const collectors = c.var.connect();
  const form = await readForm(c);
  tellAbout(c, form);
  if (action === undefined) return showProblem(c, NO_PAGE);
  return await onOne(c, collectors.pipelines, form, async (pipeline) => {
    const notice = await action.perform(collectors, pipeline, form, c.var.nowMs);
    c.set("hasFailed", !notice.ok);
    await leaveNotice(c, c.var.viewer, notice);
    const home = collectors.pipelines.length > 1 ? hrefOf("/", pipeline) : "/";
    const started = localPath(form.to);
    return c.redirect(started === "/" ? home : started, 303);
  });
}
