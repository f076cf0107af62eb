/** Recent events, read from LivePerson on request: the search form, and the events, one per line. */
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { count, cut, day, number } from "../../format.ts";
import { SearchFields } from "./event_form.tsx";
import {
  FIRST_SEARCH,
  hrefOfEvent,
  hrefOfSearch,
  type SearchForm,
  searchOfShown,
  shown,
  type WrongFields,
} from "./event_search.ts";
import type { ReadEvent, Rest } from "./read_events.ts";
import { Unread } from "./unread.tsx";
import type { Advice } from "./advice.ts";
import { AdviceList } from "./layout.tsx";

export interface Found {
  /** Newest first. */
  readonly events: readonly ReadEvent[];
  /** How many events were read to find these. */
  readonly read: number;
  /** How many matched, shown or not. */
  readonly matched: number;
  /** What was not read; null if that is nothing. */
  readonly rest: Rest | null;
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
  const { events, read, matched, rest } = found;
  const isOne = form.event !== "";
  return (
    <section class="card" aria-labelledby="results">
      <h2 id="results">
        {events.length === 0 ? "No event found" : count(matched, "event")}
      </h2>
      <p class="quiet" role="status">
        {isOne ? oneInWords(found) : (
          <>
            Out of {number(read)} that were read
            {matched > events.length && `, the newest ${number(events.length)} shown`}.
          </>
        )}
      </p>
      {rest !== null && !isOne && <Unread rest={rest} read={read} form={form} />}
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

function oneInWords({ events, read, rest }: Found): string {
  if (events.length > 0) return "By its id.";
  return rest === null
    ? "LivePerson no longer shows it, or not to this account."
    : `It is not among the first ${number(read)} events of its time, and one search reads no more.`;
}

function EventList({ events, account, isOpen }: {
  events: readonly ReadEvent[];
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
        {events.map((read) => (
          <li key={read.event.event_id}>
            <details open={isOpen}>
              <summary class="event-line">
                <EventLine event={read.event} />
              </summary>
              <EventFields event={read.event} href={hrefOfEvent(account, read)} />
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

/** `href`: the address of the event. */
function EventFields({ event, href }: { event: AuditEvent; href: string }) {
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
        <a href={href}>Link to this event</a>
      </p>
    </div>
  );
}
