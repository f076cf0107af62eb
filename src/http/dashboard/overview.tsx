/** Several accounts, or destinations: how many are in each state, and those that need attention first. */
import type { State } from "../../collector/health/verdict.ts";
import { accountsOf } from "../../pipelines/choose.ts";
import { type Pipeline, shortName } from "../../pipelines/pipeline.ts";
import { destinationName, hrefOf } from "./links.ts";
import { lastHours, sumOfEvents } from "./periods.ts";
import { Shape, TONES } from "./shapes.tsx";
import { type Group, grouped, type PipelineState, STATE_NAMES, worst } from "./pipeline_state.ts";
import { ago, count, length, number } from "../../format.ts";

/** How many of a group are listed before the rest is folded away. */
const TOLD_AT_ONCE = 20;

interface OverviewProps {
  readonly states: readonly PipelineState[];
  /** True if there are others: then the page links back to all of them. */
  readonly isPart: boolean;
  readonly nowMs: number;
}

export function Overview({ states, isPart, nowMs }: OverviewProps) {
  const state = worst(states);
  const groups = grouped(states);
  const pipelines = states.map(({ pipeline }) => pipeline);
  const isSplit = accountsOf(pipelines).length < pipelines.length;
  return (
    <>
      {isPart && (
        <p>
          <a href="/">All accounts</a>
        </p>
      )}
      <section class={`card headline ${TONES[state]}`} aria-labelledby="state">
        <div class="headline-top">
          <Shape state={state} size={80} />
          <div>
            <p class="quiet">{title(pipelines)}</p>
            <h1 id="state">{headline(states, state)}</h1>
            <p class="because">{summary(states, isSplit, nowMs)}</p>
          </div>
        </div>
      </section>
      <ul class="counts" aria-label={isSplit ? "Destinations by state" : "Accounts by state"}>
        {groups.map((group) => (
          <li key={group.state}>
            <a href={`#${group.state}`}>
              <Shape state={group.state} size={22} />
              <span>
                <strong class="number">{number(group.members.length)}</strong>{" "}
                {STATE_NAMES[group.state]}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {groups.map((group) => (
        <section class="card" aria-labelledby={group.state} key={group.state}>
          <h2 id={group.state} class="group">
            <Shape state={group.state} size={22} />
            {STATE_NAMES[group.state]} ({number(group.members.length)})
          </h2>
          <Members group={group} isSplit={isSplit} nowMs={nowMs} />
        </section>
      ))}
    </>
  );
}

/** `2 accounts, 4 destinations`: each destination of each account counts. */
function title(pipelines: readonly Pipeline[]): string {
  const accounts = accountsOf(pipelines);
  const whose = accounts.length === 1
    ? `Account ${accounts[0]}`
    : count(accounts.length, "account");
  return accounts.length === pipelines.length
    ? whose
    : `${whose}, ${count(pipelines.length, "destination")}`;
}

function headline(states: readonly PipelineState[], state: State): string {
  const concerned = states.filter((one) => one.state === state).length;
  const name = STATE_NAMES[state];
  return concerned === states.length
    ? `All ${name.toLowerCase()}`
    : `${number(concerned)} of ${number(states.length)} ${name.toLowerCase()}`;
}

/** An event that went to two destinations was delivered twice. */
function summary(states: readonly PipelineState[], isSplit: boolean, nowMs: number): string {
  const working = states.filter((one) => one.state === "healthy").length;
  const events = states.reduce((sum, one) => sum + eventsOf(one, nowMs), 0);
  const delivered = isSplit
    ? `In the last 24 hours, events were delivered ${count(events, "time")}.`
    : `${count(events, "event")} delivered in the last 24 hours.`;
  return `${number(working)} ${working === 1 ? "works" : "work"}. ${delivered}`;
}

interface MembersProps {
  readonly group: Group;
  /** True if an account has several destinations, so that they are shown. */
  readonly isSplit: boolean;
  readonly nowMs: number;
}

/** Those that need attention are shown in full, unless there are very many; the others are a table. */
function Members({ group: { members, isNoted }, isSplit, nowMs }: MembersProps) {
  if (isNoted) {
    const rest = members.slice(TOLD_AT_ONCE);
    return (
      <>
        <TroubledList members={members.slice(0, TOLD_AT_ONCE)} isSplit={isSplit} />
        {rest.length > 0 && (
          <details>
            <summary>{`Show ${number(rest.length)} more`}</summary>
            <TroubledList members={rest} isSplit={isSplit} />
          </details>
        )}
      </>
    );
  }
  const rows = <Rows members={members} isSplit={isSplit} nowMs={nowMs} />;
  return members.length <= TOLD_AT_ONCE ? rows : (
    <details>
      <summary>{`Show all ${number(members.length)}`}</summary>
      {rows}
    </details>
  );
}

function TroubledList(
  { members, isSplit }: { members: readonly PipelineState[]; isSplit: boolean },
) {
  return (
    <ul class="accounts">
      {members.map(({ pipeline, because, advice }) => (
        <li class="account" key={shortName(pipeline)}>
          <h3>
            <a href={hrefOf("/", pipeline)}>{isSplit ? fullName(pipeline) : pipeline.account}</a>
          </h3>
          <p>{advice[0] ? `${advice[0].title}. ` : ""}{because}</p>
          {advice[0] && (
            <p>
              <strong>What to do:</strong> {advice[0].action}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Rows(
  { members, isSplit, nowMs }: {
    members: readonly PipelineState[];
    isSplit: boolean;
    nowMs: number;
  },
) {
  return (
    <table class="stacked" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Account</th>
          {isSplit && <th scope="col" role="columnheader">Destination</th>}
          <th scope="col" role="columnheader">Lag</th>
          <th scope="col" role="columnheader">Last run</th>
          <th scope="col" role="columnheader">Last event</th>
          <th scope="col" role="columnheader" class="right">24 hours</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {members.map((one) => {
          const { lastRun, lastDelivery } = one.status!.health;
          const lag = one.status!.lagSeconds;
          return (
            <tr role="row">
              <th scope="row" role="rowheader" class="id">
                <a
                  href={hrefOf("/", one.pipeline)}
                  aria-label={isSplit ? fullName(one.pipeline) : undefined}
                >
                  {one.pipeline.account}
                </a>
              </th>
              {isSplit && (
                <td role="cell" data-name="Destination">{destinationName(one.pipeline)}</td>
              )}
              <td role="cell" data-name="Lag">{lag === null ? "not known" : length(lag)}</td>
              <td role="cell" data-name="Last run">
                {lastRun ? ago(lastRun.startedAt, nowMs) : "never"}
              </td>
              <td role="cell" data-name="Last event">
                {lastDelivery ? ago(lastDelivery.at, nowMs) : "none yet"}
              </td>
              <td role="cell" data-name="24 hours" class="right">
                {number(eventsOf(one, nowMs))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function fullName(pipeline: Pipeline): string {
  return `${pipeline.account} to ${destinationName(pipeline)}`;
}

function eventsOf({ status }: PipelineState, nowMs: number): number {
  return status === null ? 0 : sumOfEvents(lastHours(status.health.history, nowMs));
}
