/** The page of undelivered events: why they are undelivered, and the dead letters, page by page. */
import type { Collectors } from "../../../collector/fleet.ts";
import { keptEvents } from "../../../collector/health/missing.ts";
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { unwrap } from "../../routing/problems.ts";
import { accountTitle, hrefOf } from "../links.ts";
import type { PageContext } from "../page_context.ts";
import { LOOKING_ONLY, NO_LETTER } from "../page_problems.ts";
import { adviceForUndelivered } from "../pipeline_state.ts";
import { showPage, showProblem } from "../render.tsx";
import { UndeliveredPage } from "../undelivered.tsx";
import { onOne } from "./one_pipeline.ts";

const LISTED = 50;
const EVENT_ID = /^[\w-]{1,64}$/;

export function undeliveredPage(c: PageContext) {
  const collectors = c.var.connect();
  return onOne(c, collectors.pipelines, c.req.query(), (one) => show(c, collectors, one));
}

async function show(c: PageContext, collectors: Collectors, pipeline: Pipeline) {
  const { viewer, nowMs } = c.var;
  const view = readView(c.req.query());
  const collector = collectors.of(pipeline);
  if (view.event !== undefined && !viewer.rights.readEvents) return showProblem(c, LOOKING_ONLY);
  const status = unwrap(await collector.status());
  const { reason, after } = view;
  const letters = keptEvents(status.undelivered) === 0
    ? null
    : unwrap(await collector.deadLetters(LISTED, { reason, after, grouped: true }));
  const opened = view.event === undefined
    ? null
    : unwrap(await collector.deadLetters(1, { eventId: view.event })).letters[0];
  if (opened === undefined) return showProblem(c, NO_LETTER);
  return showPage(
    c,
    { title: `Undelivered · ${accountTitle(pipeline)}`, at: "/" },
    <UndeliveredPage
      pipeline={pipeline}
      statusHref={collectors.pipelines.length > 1 ? hrefOf("/", pipeline) : "/"}
      undelivered={status.undelivered}
      gaps={status.health.gaps}
      advice={adviceForUndelivered(pipeline, status, nowMs)}
      letters={letters}
      opened={opened}
      view={view}
      rights={viewer.rights}
      nowMs={nowMs}
    />,
  );
}

/** What can't be an event's id is left out. */
function readView({ reason, after, event }: Readonly<Record<string, string>>) {
  const id = (text: string | undefined) => EVENT_ID.test(text ?? "") ? text : undefined;
  return { reason: reason || undefined, after: id(after), event: id(event) };
}
