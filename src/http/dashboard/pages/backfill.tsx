/** The form that asks for a backfill's range, and then for its confirmation, with the range as it was understood. */
import { iso } from "../../../engine/time.ts";
import { CollectorError } from "../../../errors.ts";
import type { BackfillRange } from "../../../collector/runs/backfill.ts";
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { readBackfillRange } from "../../routing/backfill_arguments.ts";
import { BackfillForm } from "../backfill_form.tsx";
import { ConfirmForm } from "../confirm.tsx";
import { PAST_ACTIONS, rangeInWords } from "../past_actions.ts";
import type { PageContext } from "../page_context.ts";
import { showPage } from "../render.tsx";
import { onOne } from "./one_pipeline.ts";

const ACTION = PAST_ACTIONS.backfill;

export function backfillPage(c: PageContext) {
  return onOne(c, c.var.connect().pipelines, c.req.query(), (pipeline) => {
    const { from, to } = c.req.query();
    if (from === undefined) return showForm(c, pipeline, {});
    const range = readRange({ from, ...(to?.trim() && { to }) }, c.var.nowMs);
    if ("wrong" in range) return showForm(c, pipeline, { from, to, wrong: range.wrong });
    return showPage(
      c,
      { title: `${ACTION.name}?` },
      <ConfirmForm
        action={ACTION}
        pipeline={pipeline}
        viewer={c.var.viewer}
        subject={rangeInWords(range)}
        fields={{ from: iso(range.fromMs), to: iso(range.toMs) }}
      />,
    );
  });
}

function showForm(
  c: PageContext,
  pipeline: Pipeline,
  typed: { from?: string; to?: string; wrong?: string },
) {
  return showPage(c, { title: ACTION.name }, <BackfillForm pipeline={pipeline} {...typed} />);
}

function readRange(
  given: Readonly<Record<string, string>>,
  nowMs: number,
): BackfillRange | { readonly wrong: string } {
  try {
    return readBackfillRange(given, nowMs);
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error;
    const { detail } = error.details;
    return { wrong: detail[0].toUpperCase() + detail.slice(1) };
  }
}
