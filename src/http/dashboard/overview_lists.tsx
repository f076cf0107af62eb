/** The overview's lists: those that need attention, with what to do; and all others, as a table. */
import type { Status } from "../../collector/collector.ts";
import { totalInWords } from "../../collector/health/missing.ts";
import { type Pipeline, shortName } from "../../pipelines/pipeline.ts";
import { ago, lengthAtMost, number } from "../../format.ts";
import { hrefOfLetters } from "./letter_links.ts";
import { accountTitle, destinationName, hrefOf } from "./links.ts";
import { eventsOf } from "./overview_search.ts";
import { startOfHours } from "./periods.ts";
import { type PipelineState, STATE_NAMES } from "./pipeline_state.ts";
import { MoreAbout } from "./problem_link.tsx";
import { Shape } from "./shapes.tsx";

interface ListProps {
  readonly members: readonly PipelineState[];
  /** True if an account has several destinations, so that they are shown. */
  readonly isSplit: boolean;
}

export function TroubledList({ members, isSplit }: ListProps) {
  return (
    <ul class="accounts">
      {members.map(({ pipeline, because, advice, status }) => (
        <li class="account" key={shortName(pipeline)}>
          <h3>
            <a href={hrefOf("/", pipeline)}>
              {isSplit ? fullName(pipeline) : accountTitle(pipeline)}
            </a>
          </h3>
          <p>{advice[0] ? `${advice[0].title}. ` : ""}{because}</p>
          {advice[0] && (
            <p>
              <strong>What to do:</strong> {advice[0].action}
              {advice[0].code && (
                <>
                  {" "}
                  <MoreAbout code={advice[0].code} />
                </>
              )}
            </p>
          )}
          {status !== null && status.undelivered.total > 0 && (
            <p>
              <UndeliveredLink pipeline={pipeline} status={status} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function UndeliveredLink({ pipeline, status }: { pipeline: Pipeline; status: Status }) {
  const total = totalInWords(status.undelivered, status.health.gaps);
  return (
    <a
      href={hrefOfLetters(pipeline)}
      aria-label={`${total} undelivered: ${fullName(pipeline)}`}
    >
      {total} undelivered
    </a>
  );
}

interface RowsProps extends ListProps {
  /** True if they are in several states, so that these are shown. */
  readonly hasStates?: boolean;
  readonly nowMs: number;
}

export function OverviewRows({ members, isSplit, hasStates, nowMs }: RowsProps) {
  return (
    <table class="stacked inline" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Account</th>
          {hasStates && <th scope="col" role="columnheader">State</th>}
          {isSplit && <th scope="col" role="columnheader">Destination</th>}
          <th scope="col" role="columnheader">Lag</th>
          <th scope="col" role="columnheader">Last run</th>
          <th scope="col" role="columnheader">Last event</th>
          <th scope="col" role="columnheader" class="right">
            {eventsSince(nowMs)}
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {members.map((one) => (
          <Row
            key={shortName(one.pipeline)}
            member={one}
            isSplit={isSplit}
            hasStates={hasStates}
            nowMs={nowMs}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({ member, isSplit, hasStates, nowMs }: Omit<RowsProps, "members"> & {
  member: PipelineState;
}) {
  const { pipeline, state, status } = member;
  const { lastRun = null, lastDelivery = null } = status?.health ?? {};
  const lag = status?.lagSeconds ?? null;
  const undelivered = status !== null && status.undelivered.total > 0 && (
    <span class="hint">
      <UndeliveredLink pipeline={pipeline} status={status} />
    </span>
  );
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <a href={hrefOf("/", pipeline)} aria-label={isSplit ? fullName(pipeline) : undefined}>
          {accountTitle(pipeline)}
        </a>
        {!hasStates && undelivered}
      </th>
      {hasStates && (
        <td role="cell">
          <span class="outcome">
            <Shape state={state} size={18} />
            <span>{STATE_NAMES[state]}</span>
          </span>
          {undelivered}
        </td>
      )}
      {isSplit && <td role="cell" data-name="Destination">{destinationName(pipeline)}</td>}
      <td role="cell" data-name="Lag">{lag === null ? "not known" : lengthAtMost(lag)}</td>
      <td role="cell" data-name="Last run">
        {lastRun ? ago(lastRun.startedAt, nowMs) : "never"}
      </td>
      <td role="cell" data-name="Last event">
        {lastDelivery ? ago(lastDelivery.at, nowMs) : "none yet"}
      </td>
      <td role="cell" data-name={eventsSince(nowMs)} class="right">
        {number(eventsOf(member, nowMs))}
      </td>
    </tr>
  );
}

/** The name of a column: `Events since 20:00`. */
function eventsSince(nowMs: number): string {
  return `Events since ${startOfHours(nowMs).slice(0, 5)}`;
}

function fullName(pipeline: Pipeline): string {
  return `${accountTitle(pipeline)} to ${destinationName(pipeline)}`;
}
