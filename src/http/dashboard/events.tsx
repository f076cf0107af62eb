/** Recent events, read from LivePerson on request: the search form, and the events, one per line. */
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { count, cut, day, instant, number } from "../../format.ts";
import { SearchFields } from "./event_form.tsx";
import {
  FIRST_SEARCH,
  hrefOfEvent,
  hrefOfSearch,
  MAX_READ,
  type SearchForm,
  searchOfShown,
  shown,
  type WrongFields,
} from "./event_search.ts";
import type { Advice } from "./advice.ts";
import { AdviceList } from "./layout.tsx";

export interface Found {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  /** How many events were read to find these. */
  readonly read: number;
  /** How many matched, shown or not. */
  readonly matched: number;
  /** The time of the last event that was read, if there are more. */
  readonly readUntil: string | null;
}

interface EventsProps {
  /** One of each account. */
  readonly accounts: readonly Pipeline[];
  readonly form: SearchForm;
  /** The result of the search; null before the first one. */
  readonly answer: SearchAnswer | null;
}

export interface SearchAnswer {
  readonly found?: Found;
  /** Why the events could not be read. */
  readonly problem?: Advice;
  /** Why there was no search. */
  readonly wrong?: WrongFields;
}

const MAX_VALUE_LENGTH = 80;

export function EventsPage({ accounts, form, answer }: EventsProps) {
  const { found, problem, wrong = {} } = answer ?? {};
  return (
    <>
      <h1 class="title">Events</h1>
      <SearchFields accounts={accounts} form={form} wrong={wrong} />
      {problem && (
        <section class="card" aria-labelledby="problem">
          <h2 id="problem">The events could not be read</h2>
          <AdviceList advice={[problem]} tone="bad" />
        </section>
      )}
      {found && <Results found={found} form={form} />}
    </>
  );
}

function Results({ found, form }: { found: Found; form: SearchForm }) {
  const { events, read, matched, readUntil } = found;
  const isOne = form.event !== "";
  return (
    <section class="card" aria-labelledby="results">
      <h2 id="results">
        {events.length === 0 ? "No event found" : count(matched, "event")}
      </h2>
      <p class="quiet" role="status">
        {isOne ? oneInWords(events.length) : (
          <>
            Out of {number(read)} that were read
            {matched > events.length && `, the newest ${number(events.length)} shown`}.
          </>
        )} {readUntil !== null && !isOne && (
          <>
            There are more after {instant(readUntil)} than the {number(MAX_READ)}{" "}
            that one search reads:{" "}
            <a href={hrefOfSearch({ ...form, start: readUntil })}>
              continue the search from there
            </a>.
          </>
        )}
      </p>
      {events.length > 0 && (
        <>
          <EventList events={events} account={form.account} isOpen={isOne} />
          <ResultLinks form={form} exact={searchOfShown(form, events)} />
        </>
      )}
    </section>
  );
}

/** `exact`: the search that finds these events even once there are newer ones. */
function ResultLinks({ form, exact }: { form: SearchForm; exact: SearchForm }) {
  const isOne = form.event !== "";
  return (
    <p>
      {isOne
        ? (
          <a href={hrefOfSearch({ account: form.account, ...FIRST_SEARCH })}>
            All events of the last day
          </a>
        )
        : <a href={hrefOfSearch(exact)}>Link to this list</a>} · Export{" "}
      {isOne ? "it" : "what is shown"}: <a href={hrefOfSearch(exact, "/events.csv")}>CSV</a> ·{" "}
      <a href={hrefOfSearch(exact, "/events.json")}>JSON</a>
    </p>
  );
}

function oneInWords(events: number): string {
  return events === 0 ? "LivePerson no longer shows it, or not to this account." : "By its id.";
}

function EventList({ events, account, isOpen }: {
  events: readonly AuditEvent[];
  account: string;
  isOpen: boolean;
}) {
  return (
    <div class="small">
      <div class="event-line event-head" aria-hidden="true">
        <span>When (UTC)</span>
        <span>Who</span>
        <span>What</span>
        <span>Old value</span>
        <span>New value</span>
      </div>
      <ul class="event-list">
        {events.map((event) => (
          <li key={event.event_id}>
            <details open={isOpen}>
              <summary class="event-line">
                <EventLine event={event} />
              </summary>
              <EventFields event={event} account={account} />
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The event in one line; a part that does not fit ends with dots. */
function EventLine({ event }: { event: AuditEvent }) {
  const hasValues = shown(event.oldValue) !== "" || shown(event.newValue) !== "";
  return (
    <>
      <time datetime={event._time}>
        <span>{day(event._time).slice(0, -5)}</span> <span>{event._time.slice(11, 19)}</span>
      </time>{" "}
      <span>
        <Part value={event.changedBy ?? event.userId} />
      </span>{" "}
      <span>
        <strong>
          {shown(event.changeType)} {shown(event.objectType)}
        </strong>{" "}
        <Part value={event.objectName} />
        {shown(event.element) !== "" && (
          <span class="quiet">
            {" "}
            <Part value={event.element} />
          </span>
        )}
      </span>{" "}
      <span>
        <Part value={event.oldValue} />
      </span>{" "}
      <span>
        {hasValues && (
          <>
            → <Part value={event.newValue} />
          </>
        )}
      </span>
    </>
  );
}

/** Each part stays separate, whichever direction it is written in. */
function Part({ value }: { value: unknown }) {
  return <bdi>{cut(shown(value), MAX_VALUE_LENGTH)}</bdi>;
}

function EventFields({ event, account }: { event: AuditEvent; account: string }) {
  return (
    <div class="event-fields">
      <dl>
        {Object.entries(event).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {value === null
                ? <span class="quiet">none</span>
                : <bdi class="value">{shown(value)}</bdi>}
            </dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={hrefOfEvent(account, event)}>Link to this event</a>
      </p>
    </div>
  );
}
