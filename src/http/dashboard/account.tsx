/** The page of one account: first whether it works, then what to do, then the numbers. */
import type { ListedLetters, Status } from "../../collector/collector.ts";
import { ACTIONS } from "./actions.ts";
import { BackfillCard } from "./backfill.tsx";
import { Charts } from "./charts.tsx";
import { DeadLettersCard } from "./dead_letters.tsx";
import { AdviceList, When } from "./layout.tsx";
import { lastHours, sumOfEvents } from "./periods.ts";
import { Shape, TONES } from "./shapes.tsx";
import { type AccountState, STATE_NAMES } from "./account_state.ts";
import { TotalsCard } from "./totals.tsx";
import { length, number, took } from "../../format.ts";

interface AccountProps {
  readonly account: AccountState;
  /** Null when they could not be listed. */
  readonly letters: ListedLetters | null;
  /** True if there are others: then the page links back to all of them. */
  readonly isOneOfMany: boolean;
  readonly nowMs: number;
}

export function AccountPage({ account, letters, isOneOfMany, nowMs }: AccountProps) {
  const { id, state, advice, status } = account;
  const hasRun = status !== null && status.health.lastRun !== null;
  return (
    <>
      {isOneOfMany && (
        <p>
          <a href="/">All accounts</a>
        </p>
      )}
      <Headline account={account} nowMs={nowMs} />
      {advice.length > 0 && (
        <section class="card" aria-labelledby="advice">
          <h2 id="advice">Why, and what to do</h2>
          <AdviceList advice={advice} tone={state === "healthy" ? "warn" : TONES[state]} />
        </section>
      )}
      <Buttons id={id} letters={status?.deadLetters ?? 0} />
      {hasRun && <Charts history={status.health.history} nowMs={nowMs} />}
      {status?.backfill && <BackfillCard backfill={status.backfill} nowMs={nowMs} />}
      {letters !== null && letters.count > 0 && (
        <DeadLettersCard id={id} letters={letters} nowMs={nowMs} />
      )}
      {hasRun && <TotalsCard health={status.health} />}
    </>
  );
}

function Headline({ account, nowMs }: { account: AccountState; nowMs: number }) {
  const { id, state, because, status } = account;
  return (
    <section class={`card headline ${TONES[state]}`} aria-labelledby="state">
      <div class="headline-top">
        <Shape state={state} size={80} />
        <div>
          <p class="eyebrow quiet">
            Account {id}
            {status?.destination && `, to ${status.destination}`}
          </p>
          <h1 id="state">{STATE_NAMES[state]}</h1>
          <p class="because">{because}</p>
        </div>
      </div>
      {status && status.health.lastRun !== null && <Facts status={status} nowMs={nowMs} />}
    </section>
  );
}

const TRIGGERS = {
  cron: "by the schedule",
  http: "on request",
  backlog: "following a backlog",
  script: "by a script",
} as const;

function Facts({ status, nowMs }: { status: Status; nowMs: number }) {
  const { lastRun, lastDelivery, history } = status.health;
  const run = lastRun!;
  return (
    <dl class="facts">
      <div>
        <dt>Lag</dt>
        <dd>
          {status.lagSeconds === null ? "not known yet" : length(status.lagSeconds)}
          <span class="small">everything older is delivered</span>
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
        <dt>Events in 24 hours</dt>
        <dd class="number">{number(sumOfEvents(lastHours(history, nowMs)))}</dd>
      </div>
    </dl>
  );
}

function Buttons({ id, letters }: { id: string; letters: number }) {
  const account = encodeURIComponent(id);
  return (
    <nav class="actions" aria-label="Actions">
      {[...ACTIONS]
        .filter(([path]) => path !== "redeliver" || letters > 0)
        .map(([path, { name }]) => (
          <a class="button second" href={`/actions/${path}?account=${account}`}>{name}</a>
        ))}
      <a class="button second" href={`/events?account=${account}`}>Look at events</a>
    </nav>
  );
}
