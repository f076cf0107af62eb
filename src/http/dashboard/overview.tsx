/** Several accounts: how many are in each state, and those that need attention first. */
import type { State } from "../../collector/health/verdict.ts";
import { lastHours, sumOfEvents } from "./periods.ts";
import { Shape, TONES } from "./shapes.tsx";
import { type AccountState, type Group, grouped, STATE_NAMES, worst } from "./account_state.ts";
import { ago, count, length, number } from "../../format.ts";

/** How many accounts of a group are listed before the rest is folded away. */
const TOLD_AT_ONCE = 20;

interface OverviewProps {
  readonly accounts: readonly AccountState[];
  readonly nowMs: number;
}

export function Overview({ accounts, nowMs }: OverviewProps) {
  const state = worst(accounts);
  const groups = grouped(accounts);
  return (
    <>
      <section class={`card headline ${TONES[state]}`} aria-labelledby="state">
        <div class="headline-top">
          <Shape state={state} size={80} />
          <div>
            <p class="quiet">{number(accounts.length)} accounts</p>
            <h1 id="state">{headline(accounts, state)}</h1>
            <p class="because">{summary(accounts, nowMs)}</p>
          </div>
        </div>
      </section>
      <ul class="counts" aria-label="Accounts by state">
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
          <Members group={group} nowMs={nowMs} />
        </section>
      ))}
    </>
  );
}

function headline(accounts: readonly AccountState[], state: State): string {
  const concerned = accounts.filter((one) => one.state === state).length;
  const name = STATE_NAMES[state];
  return concerned === accounts.length
    ? `All ${name.toLowerCase()}`
    : `${number(concerned)} of ${number(accounts.length)} ${name.toLowerCase()}`;
}

function summary(accounts: readonly AccountState[], nowMs: number): string {
  const working = accounts.filter((one) => one.state === "healthy").length;
  const events = accounts.reduce((sum, one) => sum + eventsOf(one, nowMs), 0);
  return `${number(working)} ${working === 1 ? "works" : "work"}. ${count(events, "event")} ` +
    "delivered in the last 24 hours.";
}

/** Accounts that need attention are shown in full, unless there are very many; the others are a table. */
function Members({ group: { members, isNoted }, nowMs }: { group: Group; nowMs: number }) {
  if (isNoted) {
    const rest = members.slice(TOLD_AT_ONCE);
    return (
      <>
        <TroubledList members={members.slice(0, TOLD_AT_ONCE)} />
        {rest.length > 0 && (
          <details>
            <summary>{`Show ${number(rest.length)} more`}</summary>
            <TroubledList members={rest} />
          </details>
        )}
      </>
    );
  }
  const rows = <Rows members={members} nowMs={nowMs} />;
  return members.length <= TOLD_AT_ONCE ? rows : (
    <details>
      <summary>{`Show all ${number(members.length)}`}</summary>
      {rows}
    </details>
  );
}

function TroubledList({ members }: { members: readonly AccountState[] }) {
  return (
    <ul class="accounts">
      {members.map(({ id, because, advice }) => (
        <li class="account" key={id}>
          <h3>
            <AccountLink id={id} />
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

function Rows({ members, nowMs }: { members: readonly AccountState[]; nowMs: number }) {
  return (
    <table class="stacked" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Account</th>
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
                <AccountLink id={one.id} />
              </th>
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

function AccountLink({ id }: { id: string }) {
  return <a href={`/?account=${encodeURIComponent(id)}`}>{id}</a>;
}

function eventsOf({ status }: AccountState, nowMs: number): number {
  return status === null ? 0 : sumOfEvents(lastHours(status.health.history, nowMs));
}
