/** The last runs, newest first: how each ended, how long it took, and what it did. */
import type { PastRun } from "../../collector/health/history.ts";
import type { Trigger } from "../../collector/health/report.ts";
import type { State } from "../../collector/health/verdict.ts";
import { ago, moment, number, took } from "../../format.ts";
import { shortly } from "./charts.tsx";
import { FoldedList } from "./fold.tsx";
import type { PageState } from "./page_state.ts";
import { ProblemLink } from "./problem_link.tsx";
import { Shape } from "./shapes.tsx";

/** How many are listed before the rest is collapsed. */
const SHOWN = 6;

export const TRIGGERS: Readonly<Record<Trigger, string>> = {
  cron: "by the schedule",
  http: "on request",
  backlog: "following a backlog",
  script: "by a script",
};

interface LastRunsProps {
  /** Oldest first. */
  readonly runs: readonly PastRun[];
  readonly page: PageState;
  readonly nowMs: number;
}

export function LastRunsCard({ runs, page, nowMs }: LastRunsProps) {
  return (
    <section class="card" aria-labelledby="last-runs">
      <h2 id="last-runs">Last runs</h2>
      <FoldedList
        name="runs"
        items={runs.toReversed()}
        most={SHOWN}
        page={page}
        list={(shown) => <RunTable runs={shown} nowMs={nowMs} />}
      />
    </section>
  );
}

function RunTable({ runs, nowMs }: Omit<LastRunsProps, "page">) {
  return (
    <table class="stacked inline" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Started</th>
          <th scope="col" role="columnheader">Outcome</th>
          <th scope="col" role="columnheader" class="right">Took</th>
          <th scope="col" role="columnheader" class="right">Events</th>
          <th scope="col" role="columnheader" class="right">Requests</th>
          <th scope="col" role="columnheader" class="right">Lag</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {runs.map((run) => <RunRow key={run.runId} run={run} nowMs={nowMs} />)}
      </tbody>
    </table>
  );
}

function shapeOf({ problem, refused }: PastRun): State {
  if (problem !== null) return "failing";
  return refused > 0 ? "incomplete" : "healthy";
}

function RunRow({ run, nowMs }: { run: PastRun; nowMs: number }) {
  const { trigger, startedAt, durationMs, events, refused, requests, lagSeconds, problem } = run;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <time datetime={startedAt}>{moment(startedAt, nowMs)}</time>{" "}
        <span class="aside">
          {ago(startedAt, nowMs)}
          {trigger !== "cron" && `, ${TRIGGERS[trigger]}`}
        </span>
      </th>
      <td role="cell">
        <span class="outcome">
          <Shape state={shapeOf(run)} size={18} />
          <span>
            {problem === null ? "Succeeded" : (
              <>
                Failed: <ProblemLink {...problem} />
              </>
            )}
            {refused > 0 && `, ${number(refused)} not accepted`}
          </span>
        </span>
      </td>
      <td role="cell" data-name="Took" class="right">{took(durationMs)}</td>
      <td role="cell" data-name="Events" class="right">{number(events)}</td>
      <td role="cell" data-name="Requests" class="right">{number(requests)}</td>
      <td role="cell" data-name="Lag" class="right">
        {lagSeconds === null ? "not known" : shortly(lagSeconds)}
      </td>
    </tr>
  );
}
