/** The page of one pipeline: first whether it works, then what to do, then the numbers. */
import type { Status } from "../../collector/collector.ts";
import { keptEvents, totalInWords } from "../../collector/health/missing.ts";
import type { ListedLetters } from "../../collector/runs/list_letters.ts";
import { BackfillCard } from "./backfill.tsx";
import { Buttons } from "./buttons.tsx";
import { Charts } from "./charts.tsx";
import { DeadLettersCard } from "./dead_letters.tsx";
import { AdviceList, When } from "./layout.tsx";
import { hrefOfLetters } from "./letter_links.ts";
import { accountTitle, destinationName } from "./links.ts";
import { LastRunsCard, TRIGGERS } from "./last_runs.tsx";
import { OutagesCard } from "./outages.tsx";
import type { PageState } from "./page_state.ts";
import { lastHours, startOfHours, sumOfEvents } from "./periods.ts";
import { Shape, TONES } from "./shapes.tsx";
import { type PipelineState, STATE_NAMES } from "./pipeline_state.ts";
import { TotalsCard } from "./totals.tsx";
import type { Viewer } from "../../operators/viewer.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { lengthAtMost, number, took } from "../../format.ts";

interface PipelineProps {
  readonly state: PipelineState;
  /** Null when they could not be listed. */
  readonly letters: ListedLetters | null;
  /** Pages that list it among others, to go back to. */
  readonly above: readonly PageLink[];
  readonly page: PageState;
  readonly viewer: Viewer;
  readonly nowMs: number;
}

export interface PageLink {
  readonly href: string;
  readonly name: string;
}

export function PipelinePage({ state: whole, letters, above, page, viewer, nowMs }: PipelineProps) {
  const { pipeline, state, advice, status } = whole;
  const hasRun = status !== null && status.health.lastRun !== null;
  return (
    <>
      {above.length > 0 && (
        <nav aria-label="Back to">
          <ul>
            {above.map(({ href, name }) => (
              <li key={href}>
                <a href={href}>{name}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <Headline state={whole} nowMs={nowMs} />
      {advice.length > 0 && (
        <section class="card" aria-labelledby="advice">
          <h2 id="advice">Why, and what to do</h2>
          <AdviceList advice={advice} tone={state === "healthy" ? "warn" : TONES[state]} />
        </section>
      )}
      <Buttons pipeline={pipeline} viewer={viewer} status={status} />
      {hasRun && (
        <PastRuns
          health={status.health}
          isFailing={state === "failing"}
          page={page}
          nowMs={nowMs}
        />
      )}
      {status?.backfill && (
        <BackfillCard
          backfill={status.backfill}
          held={heldBy(status)}
          kept={keptEvents(status.undelivered)}
          hasDiscarded={status.health.totals.discarded > 0}
          lettersHref={hrefOfLetters(pipeline)}
          nowMs={nowMs}
        />
      )}
      {letters !== null && letters.count > 0 && (
        <DeadLettersCard
          pipeline={pipeline}
          letters={letters}
          rights={viewer.rights}
          nowMs={nowMs}
        />
      )}
      {hasRun && <TotalsCard health={status.health} page={page} />}
    </>
  );
}

function heldBy({ state, undelivered }: Status): "disabled" | "stalled" | null {
  if (state === "disabled") return "disabled";
  return undelivered.stalledBackfills > 0 ? "stalled" : null;
}

/** The history, newest first. */
function PastRuns({ health, isFailing, page, nowMs }: {
  health: Status["health"];
  isFailing: boolean;
  page: PageState;
  nowMs: number;
}) {
  const { history } = health;
  const { runs, outages } = history;
  return (
    <>
      <LastRunsCard runs={runs} page={page} nowMs={nowMs} />
      <OutagesCard outages={outages} goesOn={isFailing} page={page} nowMs={nowMs} />
      <Charts history={history} page={page} nowMs={nowMs} />
    </>
  );
}

function Headline({ state: whole, nowMs }: { state: PipelineState; nowMs: number }) {
  const { pipeline, state, because, status } = whole;
  return (
    <section class={`card headline ${TONES[state]}`} aria-labelledby="state">
      <div class="headline-top">
        <Shape state={state} size={80} />
        <div>
          <p class="eyebrow quiet">
            Account {accountTitle(pipeline)}
            {pipeline.destination && `, to ${destinationName(pipeline)}`}
            {status?.destination && (
              <>
                {" at "}
                <Breakable name={status.destination} />
              </>
            )}
          </p>
          <h1 id="state">{STATE_NAMES[state]}</h1>
          <p class="because">{because}</p>
        </div>
      </div>
      {status && status.health.lastRun !== null && (
        <Facts pipeline={pipeline} status={status} nowMs={nowMs} />
      )}
    </section>
  );
}

/** A long host is broken before its dots, rather than anywhere. */
function Breakable({ name }: { name: string }) {
  const [first, ...others] = name.split(".");
  return (
    <>
      {first}
      {others.map((part) => (
        <>
          <wbr />.{part}
        </>
      ))}
    </>
  );
}

function Facts({ pipeline, status, nowMs }: {
  pipeline: Pipeline;
  status: Status;
  nowMs: number;
}) {
  const { lastRun, lastDelivery, history } = status.health;
  const { total } = status.undelivered;
  const run = lastRun!;
  return (
    <dl class="facts">
      <div>
        <dt>Lag</dt>
        <dd>
          {status.lagSeconds === null ? "not known yet" : lengthAtMost(status.lagSeconds)}
          <span class="small">{toldOlder(status)}</span>
        </dd>
      </div>
      <div>
        <dt>Undelivered</dt>
        <dd class="number">
          {total === 0 ? "none known" : (
            <a class="warn" href={hrefOfLetters(pipeline)}>
              {totalInWords(status.undelivered, status.health.gaps)}
            </a>
          )}
        </dd>
      </div>
      <div>
        <dt>Last run</dt>
        <dd>
          <When iso={run.startedAt} nowMs={nowMs} />
          <span class="small">
            {run.outcome === "failed" ? "failed after" : "took"} {took(run.durationMs)},{" "}
            {TRIGGERS[run.trigger]}
          </span>
        </dd>
      </div>
      <div>
        <dt>Last event</dt>
        <dd>
          {lastDelivery === null ? "none yet" : <When iso={lastDelivery.at} nowMs={nowMs} />}
        </dd>
      </div>
      <div>
        <dt>Events</dt>
        <dd class="number">
          {number(sumOfEvents(lastHours(history, nowMs)))}
          <span class="small">since {startOfHours(nowMs)}</span>
        </dd>
      </div>
    </dl>
  );
}

/** What is known about the time before the lag. */
function toldOlder({ lagSeconds, undelivered, health: { totals } }: Status): string {
  if (lagSeconds === null) {
    return totals.delivered + totals.reconciled + totals.backfilled === 0
      ? "nothing is known to be delivered"
      : "up to when everything is delivered is not known";
  }
  if (undelivered.total > 0) return "not everything older is delivered";
  return `everything older is delivered${totals.discarded > 0 ? " or was discarded" : ""}`;
}
