/** The search for recent events. */
import type { CollectorService } from "../../../collector/service.ts";
import { adviceOf } from "../account_state.ts";
import { matching, readSearch, type SearchForm } from "../event_search.ts";
import { EventsPage, type SearchAnswer } from "../events.tsx";
import type { PageContext } from "../page_context.ts";
import { NO_ACCOUNT } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";

const FIRST_SEARCH = { start: "1 day", limit: "50", text: "" };

export async function eventsPage(c: PageContext) {
  const { ids, of } = c.var.connect();
  const form: SearchForm = { account: ids[0], ...FIRST_SEARCH, ...c.req.query() };
  if (!ids.includes(form.account)) return showProblem(c, NO_ACCOUNT);
  const isAsked = c.req.query("start") !== undefined;
  const answer = isAsked ? await search(form, of(form.account), c.var.nowMs) : null;
  return showPage(
    c,
    { title: "Events", at: "/events" },
    <EventsPage accounts={ids} form={form} answer={answer} />,
  );
}

async function search(
  form: SearchForm,
  collector: CollectorService,
  nowMs: number,
): Promise<SearchAnswer> {
  const read = readSearch(form, nowMs);
  if ("wrong" in read) return read;
  const { shown, ...args } = read.search;
  const outcome = await collector.getEvents(args);
  if (!outcome.ok) return { problem: adviceOf(outcome.problem) };
  const { events, more } = outcome.value;
  const matched = matching(events, form.text);
  return {
    found: {
      events: matched.slice(0, shown),
      read: events.length,
      matched: matched.length,
      readUntil: more ? events.at(-1)?._time ?? null : null,
    },
  };
}
