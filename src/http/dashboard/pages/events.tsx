/** The search for recent events. */
import { askAny, type Collectors } from "../../../collector/fleet.ts";
import { accountsOf } from "../../../pipelines/choose.ts";
import { adviceOf } from "../pipeline_state.ts";
import { matching, readSearch, type SearchForm } from "../event_search.ts";
import { EventsPage, type SearchAnswer } from "../events.tsx";
import type { PageContext } from "../page_context.ts";
import { NO_PIPELINE } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";

const FIRST_SEARCH = { start: "1 day", limit: "50", text: "" };

export async function eventsPage(c: PageContext) {
  const collectors = c.var.connect();
  const accounts = accountsOf(collectors.pipelines);
  const form: SearchForm = { account: accounts[0], ...FIRST_SEARCH, ...c.req.query() };
  if (!accounts.includes(form.account)) return showProblem(c, NO_PIPELINE);
  const isAsked = c.req.query("start") !== undefined;
  const answer = isAsked ? await search(form, collectors, c.var.nowMs) : null;
  return showPage(
    c,
    { title: "Events", at: "/events" },
    <EventsPage accounts={accounts} form={form} answer={answer} />,
  );
}

async function search(
  form: SearchForm,
  collectors: Collectors,
  nowMs: number,
): Promise<SearchAnswer> {
  const read = readSearch(form, nowMs);
  if ("wrong" in read) return read;
  const { shown, ...args } = read.search;
  const pipelines = collectors.pipelines.filter(({ account }) => account === form.account);
  const outcome = await askAny(collectors, pipelines, "getEvents", args);
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
