/** What a search for events has not read, and how to get it. */
import { iso } from "../../engine/time.ts";
import { day, number, timeOfDay } from "../../format.ts";
import { MAX_EVENTS } from "../../collector/runs/read_events.ts";
import { hrefOfSearch, type SearchForm } from "./event_search.ts";
import { MAX_READ, type Rest } from "./read_events.ts";

/** `read`: how many events were read. */
export function Unread({ rest, read, form }: { rest: Rest; read: number; form: SearchForm }) {
  const { nextMs, unfinishedMs } = rest;
  const href = nextMs === null ? null : hrefOfSearch({ ...form, start: iso(nextMs) });
  if (unfinishedMs === null) {
    return (
      <p>
        There are more from {told(nextMs!)} on than one search reads:{" "}
        <a href={href!}>continue the search from there</a>.
      </p>
    );
  }
  return (
    <>
      {read < MAX_READ
        ? <p>There may be more of {told(unfinishedMs)}: these are too large to read on.</p>
        : (
          <>
            <p>
              More events than these have the time {told(unfinishedMs)}, but one search reads{" "}
              {number(MAX_READ)} at most. To see up to {number(MAX_EVENTS)} of them:
            </p>
            <pre tabindex={0}>{commandFor(form.account, unfinishedMs)}</pre>
          </>
        )}
      {href !== null && (
        <p>
          <a href={href}>Continue the search after that time</a>
        </p>
      )}
    </>
  );
}

function commandFor(account: string, timeMs: number): string {
  return `deno task get-events --account ${account} --start-time ${iso(timeMs)} ` +
    `--until ${iso(timeMs + 1)} --limit ${MAX_EVENTS}`;
}

/** `21 Nov 2026, 19:04:44 UTC` */
function told(timeMs: number): string {
  return `${day(iso(timeMs))}, ${timeOfDay(iso(timeMs))} UTC`;
}
