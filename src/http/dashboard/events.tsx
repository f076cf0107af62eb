/** Recent events, read from LivePerson on request: the search form, and a table of the results. */
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import {
  MAX_READ,
  MAX_SHOWN,
  readableJson,
  type SearchForm,
  shown,
  type WrongFields,
} from "./event_search.ts";
import type { Advice } from "./pipeline_state.ts";
import { AdviceList } from "./layout.tsx";
import { count, cut, day, instant, number } from "../../format.ts";

interface Found {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  /** How many were read to find these. */
  readonly read: number;
  /** How many matched, shown or not. */
  readonly matched: number;
  /** The time of the last event that was read, if there are more. */
  readonly readUntil: string | null;
}

interface EventsProps {
  readonly accounts: readonly string[];
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
      {found && <Results found={found} />}
    </>
  );
}

function SearchFields(
  { accounts, form, wrong }: {
    accounts: readonly string[];
    form: SearchForm;
    wrong: WrongFields;
  },
) {
  return (
    <form class="card" method="get" action="/events" role="search">
      <p class="quiet">
        Events are read from LivePerson when you search. Nothing is pushed or kept.
      </p>
      {Object.entries(wrong).map(([field, why]) => (
        <p class="error" role="alert" id={`${field}-error`} key={field}>{why}</p>
      ))}
      <div class="fields">
        <div>
          <label for="account">Account</label>
          <select id="account" name="account">
            {accounts.map((id) => (
              <option key={id} value={id} selected={id === form.account}>{id}</option>
            ))}
          </select>
        </div>
        <div>
          <label for="start">Since</label>
          <input
            id="start"
            name="start"
            value={form.start}
            required
            aria-describedby={wrong.start ? "start-error start-hint" : "start-hint"}
            aria-invalid={wrong.start ? "true" : undefined}
          />
          <span class="hint" id="start-hint">Such as 2 hours, yesterday, 2026-11-21T09:00Z</span>
        </div>
        <div>
          <label for="limit">Show at most</label>
          <input
            id="limit"
            name="limit"
            type="number"
            min="1"
            max={MAX_SHOWN}
            value={form.limit}
            required
            aria-describedby={wrong.limit ? "limit-error" : undefined}
            aria-invalid={wrong.limit ? "true" : undefined}
          />
        </div>
        <div>
          <label for="text">Containing</label>
          <input
            id="text"
            name="text"
            type="search"
            value={form.text}
            aria-describedby="text-hint"
          />
          <span class="hint" id="text-hint">In any field. Leave it empty for all.</span>
        </div>
      </div>
      <div class="actions">
        <button class="button" type="submit">Search</button>
      </div>
    </form>
  );
}

function Results({ found }: { found: Found }) {
  const { events, read, matched, readUntil } = found;
  return (
    <section class="card" aria-labelledby="results">
      <h2 id="results">
        {events.length === 0 ? "No event found" : count(matched, "event")}
      </h2>
      <p class="quiet" role="status">
        Out of {number(read)} that were read
        {matched > events.length && `, the newest ${number(events.length)} shown`}.{" "}
        {readUntil !== null &&
          `There are more after ${instant(readUntil)} than the ${
            number(MAX_READ)
          } that one search reads: choose a later start to see them.`}
      </p>
      {events.length > 0 && <EventTable events={events} />}
    </section>
  );
}

function EventTable({ events }: { events: readonly AuditEvent[] }) {
  return (
    <table class="stacked event-table small" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">When (UTC)</th>
          <th scope="col" role="columnheader">What</th>
          <th scope="col" role="columnheader">From</th>
          <th scope="col" role="columnheader">To</th>
          <th scope="col" role="columnheader">By</th>
        </tr>
      </thead>
      {events.map((event) => <EventRows event={event} key={event.event_id} />)}
    </table>
  );
}

/** An event: the main fields in one row, and all of them below it once it is opened. */
function EventRows({ event }: { event: AuditEvent }) {
  return (
    <tbody role="rowgroup">
      <tr role="row">
        <td role="cell" class="time">
          <time datetime={event._time}>
            <span>{day(event._time)}</span> <span>{event._time.slice(11, 19)}</span>
          </time>
        </td>
        <td role="cell">
          <strong>
            {shown(event.changeType)} {shown(event.objectType)}
          </strong>
          <div>
            <Value value={event.objectName} />
          </div>
          <div class="quiet">
            <Value value={event.element} />
          </div>
        </td>
        <td role="cell" data-name="From">
          <Value value={event.oldValue} />
        </td>
        <td role="cell" data-name="To">
          <Value value={event.newValue} />
        </td>
        <td role="cell" data-name="By">
          <Value value={event.changedBy} />
        </td>
      </tr>
      <tr role="row" class="more">
        <td role="cell" colspan={5}>
          <details>
            <summary>All fields</summary>
            <pre>{readableJson(event)}</pre>
          </details>
        </td>
      </tr>
    </tbody>
  );
}

/** A value as text. A long one is shortened, and can be opened in full. */
function Value({ value }: { value: unknown }) {
  const text = shown(value);
  if ([...text].length <= MAX_VALUE_LENGTH) return <bdi>{text}</bdi>;
  return (
    <details>
      <summary>
        <bdi>{cut(text, MAX_VALUE_LENGTH)}</bdi>
      </summary>
      <bdi class="value">{text}</bdi>
    </details>
  );
}
