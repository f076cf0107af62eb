/** The first page: the state of the only pipeline, or of all that are meant. */
import type { Collectors } from "../../../collector/fleet.ts";
import { accountsOf } from "../../../pipelines/choose.ts";
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { accountTitle } from "../links.ts";
import { meantOn } from "../meant.ts";
import { STATES } from "../../../collector/health/verdict.ts";
import { readOverviewForm } from "../overview_search.ts";
import { Overview } from "../overview.tsx";
import type { PageContext } from "../page_context.ts";
import { readPageState } from "../page_state.ts";
import { NO_PIPELINE } from "../page_problems.ts";
import { type PageLink, PipelinePage } from "../pipeline.tsx";
import { pipelineStateOf, STATE_NAMES, worst } from "../pipeline_state.ts";
import { showPage, showProblem } from "../render.tsx";

/** More are on the page of undelivered events. */
const MAX_LISTED_LETTERS = 10;

const REFRESH_SECONDS = 60;
/** Every collector is asked, and the schedule runs every five minutes. */
const OVERVIEW_REFRESH_SECONDS = 300;

export async function statusPage(c: PageContext) {
  const collectors = c.var.connect();
  const pipelines = meantOn(collectors.pipelines, c.req.query());
  if (pipelines.length === 0) return showProblem(c, NO_PIPELINE);
  return pipelines.length === 1
    ? await showPipeline(c, collectors, pipelines[0])
    : await showOverview(c, collectors, pipelines);
}

async function showOverview(
  c: PageContext,
  collectors: Collectors,
  pipelines: readonly Pipeline[],
) {
  const { nowMs } = c.var;
  const outcomes = await collectors.ask(pipelines, "status");
  const states = outcomes.map((outcome, i) => pipelineStateOf(pipelines[i], outcome, nowMs));
  const isPart = pipelines.length < collectors.pipelines.length;
  return showPage(
    c,
    { title: STATE_NAMES[worst(states)], at: "/", refreshSeconds: OVERVIEW_REFRESH_SECONDS },
    <Overview
      states={states}
      isPart={isPart}
      form={readOverviewForm(c.req.query(), STATES)}
      page={readPageState(c.req.url)}
      nowMs={nowMs}
    />,
  );
}

async function showPipeline(c: PageContext, collectors: Collectors, pipeline: Pipeline) {
  const { nowMs } = c.var;
  const collector = collectors.of(pipeline);
  const state = pipelineStateOf(pipeline, await collector.status(), nowMs);
  const letters = (state.status?.deadLetters ?? 0) > 0
    ? await collector.deadLetters(MAX_LISTED_LETTERS)
    : null;
  return showPage(
    c,
    {
      title: `${STATE_NAMES[state.state]} · ${accountTitle(pipeline)}`,
      at: "/",
      refreshSeconds: REFRESH_SECONDS,
    },
    <PipelinePage
      state={state}
      letters={letters?.ok ? letters.value : null}
      above={above(collectors.pipelines, pipeline)}
      page={readPageState(c.req.url)}
      viewer={c.var.viewer}
      nowMs={nowMs}
    />,
  );
}

/** The overviews that have the pipeline among others. */
function above(pipelines: readonly Pipeline[], { account }: Pipeline): readonly PageLink[] {
  const ofAccount = pipelines.filter((one) => one.account === account);
  const href = `/?${new URLSearchParams({ account })}`;
  return [
    ...(accountsOf(pipelines).length > 1 ? [{ href: "/", name: "All accounts" }] : []),
    ...(ofAccount.length > 1 ? [{ href, name: `All destinations of ${account}` }] : []),
  ];
}
