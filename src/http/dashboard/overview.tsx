/** Several accounts, or destinations: how many are in each state, and those that need attention first. */
import type { State } from "../../collector/health/verdict.ts";
import { accountsOf } from "../../pipelines/choose.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { OverviewRows, TroubledList } from "./overview_lists.tsx";
import { OverviewFields, PageLinks } from "./overview_form.tsx";
import { choose, type Chosen, eventsOf, isFound, type OverviewForm } from "./overview_search.ts";
import { hrefWith, type PageState } from "./page_state.ts";
import { startOfHours } from "./periods.ts";
import { Shape, TONES } from "./shapes.tsx";
import { grouped, isTroubled, type PipelineState, STATE_NAMES, worst } from "./pipeline_state.ts";
import { accountTitle } from "./links.ts";
import { count, number } from "../../format.ts";

/** With more there is a form to search and to sort them. */
const SEEN_AT_ONCE = 5;

interface OverviewProps {
  readonly states: readonly PipelineState[];
  /** True if there are other accounts: then the page links back to all of them. */
  readonly isPart: boolean;
  readonly form: OverviewForm;
  readonly page: PageState;
  readonly nowMs: number;
}

export function Overview({ states, isPart, form, page, nowMs }: OverviewProps) {
  const state = worst(states);
  const pipelines = states.map(({ pipeline }) => pipeline);
  const isSplit = accountsOf(pipelines).length < pipelines.length;
  const found = states.filter((one) => isFound(one, form));
  const chosen = choose(states, form, nowMs);
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
      <StateLinks states={found} form={form} isSplit={isSplit} page={page} />
      {(states.length > SEEN_AT_ONCE || form.q !== "") && (
        <OverviewFields
          form={form}
          page={page}
        />
      )}
      {chosen.matched.length === 0 && (
        <p role="status">
          Nothing matches.{" "}
          <a href={hrefWith(page, { q: null, state: null, page: null })}>Show all</a>
        </p>
      )}
      <Lists chosen={chosen} form={form} isSplit={isSplit} nowMs={nowMs} />
      <PageLinks chosen={chosen} page={page} />
    </>
  );
}

interface ListsProps {
  readonly chosen: Chosen;
  readonly form: OverviewForm;
  /** True if an account has several destinations, so that they are shown. */
  readonly isSplit: boolean;
  readonly nowMs: number;
}

/** By urgency, each state has a card of its own; in any other order there is one table. */
function Lists({ chosen: { matched, shown }, form, isSplit, nowMs }: ListsProps) {
  if (shown.length === 0) return null;
  if (form.sort !== "state") {
    return (
      <section class="card" aria-labelledby="all">
        <h2 id="all">{count(matched.length, isSplit ? "destination" : "account")}</h2>
        <OverviewRows members={shown} isSplit={isSplit} hasStates nowMs={nowMs} />
      </section>
    );
  }
  return (
    <>
      {grouped(shown).map(({ state, members }) => (
        <section class="card" aria-labelledby={state} key={state}>
          <h2 id={state} class="group">
            <Shape state={state} size={22} />
            {STATE_NAMES[state]} ({number(
              matched.filter((one) =>
                one.state === state
              ).length,
            )})
          </h2>
          <Members members={members} isSplit={isSplit} nowMs={nowMs} />
        </section>
      ))}
    </>
  );
}

/** Those that need attention with what to do, the others as a table. */
function Members({ members, isSplit, nowMs }: {
  members: readonly PipelineState[];
  isSplit: boolean;
  nowMs: number;
}) {
  const troubled = members.filter(isTroubled);
  const others = members.filter((one) => !isTroubled(one));
  return (
    <>
      {troubled.length > 0 && <TroubledList members={troubled} isSplit={isSplit} />}
      {others.length > 0 && <OverviewRows members={others} isSplit={isSplit} nowMs={nowMs} />}
    </>
  );
}

/** How many of those that the search found are in each state; each number links to those alone, and back. */
function StateLinks({ states, form, isSplit, page }: {
  states: readonly PipelineState[];
  form: OverviewForm;
  isSplit: boolean;
  page: PageState;
}) {
  const groups = [
    ...grouped(states),
    // the one that is chosen leads back, even if none is in it
    ...(form.state === null || states.some(({ state }) => state === form.state)
      ? []
      : [{ state: form.state, members: [] }]),
  ];
  if (groups.length === 0) return null;
  return (
    <ul class="counts" aria-label={isSplit ? "Destinations by state" : "Accounts by state"}>
      {groups.map(({ state, members }) => {
        const isChosen = form.state === state;
        return (
          <li key={state}>
            <a
              href={hrefWith(page, { state: isChosen ? null : state, page: null })}
              aria-current={isChosen ? "true" : undefined}
            >
              <Shape state={state} size={22} />
              <span>
                <strong class="number">{number(members.length)}</strong> {STATE_NAMES[state]}
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** `2 accounts, 4 destinations`: each destination of each account counts. */
function title(pipelines: readonly Pipeline[]): string {
  const accounts = accountsOf(pipelines);
  const whose = accounts.length === 1
    ? `Account ${accountTitle(pipelines[0])}`
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
  const since = startOfHours(nowMs);
  const delivered = isSplit
    ? `Since ${since}, events were delivered ${count(events, "time")}.`
    : `${count(events, "event")} delivered since ${since}.`;
  return `${number(working)} ${working === 1 ? "works" : "work"}. ${delivered}`;
}
