/** The numbers since the beginning, each with what it means. */
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import type { Status } from "../../collector/collector.ts";
import { day, instant, number } from "../../format.ts";
import { FoldedCard } from "./fold.tsx";
import type { PageState } from "./page_state.ts";

export function TotalsCard({ health, page }: { health: Status["health"]; page: PageState }) {
  const { totals, lastRun, reconciledThrough, lastSuccessAt } = health;
  const rows: [string, number, string][] = [
    ["Runs", totals.runs, "started by the schedule, a backlog or a person"],
    ["Failed runs", totals.failedRuns, "nothing is lost: the next run continues from the cursor"],
    [
      "Events delivered",
      totals.delivered + totals.reconciled + totals.backfilled,
      `acknowledged by ${ANY_DESTINATION}`,
    ],
    ["Late arrivals", totals.lateArrivals, "shown by LivePerson only after newer events"],
    ["Reconciled", totals.reconciled, "of those delivered: found by reading each day again"],
    ["Backfilled", totals.backfilled, "of those delivered: a past range that was asked for"],
    ["Twins", totals.twins, "identical in every field; each has its own id"],
    [
      "Repeats",
      totals.repeats,
      "may have been delivered twice, with the same id, because a push got no answer",
    ],
    ["Dead letters", totals.deadLettered, `refused by ${ANY_DESTINATION}, and kept`],
    ["Discarded", totals.discarded, "refused events that somebody discarded"],
    ["Altered", totals.altered, "accepted, but altered: cut, or stored separately"],
    ["Retries", totals.retries, "requests that had to be repeated"],
  ];
  return (
    <FoldedCard name="totals" title="Counts since the beginning" page={page}>
      <table class="stacked" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">What</th>
            <th scope="col" role="columnheader" class="right">Number</th>
            <th scope="col" role="columnheader">Meaning</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(([name, value, meaning]) => (
            <tr role="row">
              <th scope="row" role="rowheader">{name}</th>
              <td role="cell" class="right">{number(value)}</td>
              <td role="cell" class="quiet">{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul class="lines small quiet">
        {lastSuccessAt && <li>Last successful run: {instant(lastSuccessAt)}</li>}
        {reconciledThrough && <li>Reconciled through: {day(reconciledThrough)}</li>}
        {lastRun && (
          <li>
            Run id for the log: <code>{lastRun.runId}</code>
          </li>
        )}
      </ul>
    </FoldedCard>
  );
}
