/** The search for recent events, and the export of what it shows. */
import { eventsToCsv } from "../../../event_formats/csv.ts";
import { askAny, type Collectors } from "../../../collector/fleet.ts";
import type { Problem } from "../../../problems.ts";
import type { AuditEvent } from "../../../sources/liveperson/event.ts";
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { adviceOf } from "../pipeline_state.ts";
import {
  FIRST_SEARCH,
  hrefOfSearch,
  matching,
  readSearch,
  type SearchForm,
  type WrongFields,
} from "../event_search.ts";
import { wholeInstants } from "../read_events.ts";
import { EventsPage, type Found, type SearchAnswer } from "../events.tsx";
import type { PageContext } from "../page_context.ts";
import { NO_PIPELINE } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";

export async function eventsPage(c: PageContext) {
  const collectors = c.var.connect();
  const form = formOf(c, collectors);
  if (form === null) return showProblem(c, NO_PIPELINE);
  const isAsked = c.req.query("start") !== undefined;
  const answer = isAsked ? await search(form, collectors, c.var.nowMs) : null;
  return showPage(
    c,
    { title: "Events", at: "/events" },
    <EventsPage
      accounts={oneOfEach(collectors.pipelines)}
      form={form}
      answer={answer && toAnswer(answer)}
    />,
  );
}

export function exportCsv(c: PageContext) {
  return exported(
    c,
    "csv",
    "text/csv; charset=UTF-8",
    (events) => `${eventsToCsv(events)}\r\n`,
  );
}

export function exportJson(c: PageContext) {
  return exported(c, "json", "application/json", (events) => JSON.stringify(events, null, 2));
}

/** A search that is not valid is shown with what is wrong with it. */
async function exported(
  c: PageContext,
  ending: string,
  type: string,
  write: (events: readonly AuditEvent[]) => string,
) {
  const collectors = c.var.connect();
  const form = formOf(c, collectors);
  if (form === null) return showProblem(c, NO_PIPELINE);
  const outcome = await search(form, collectors, c.var.nowMs);
  if ("wrong" in outcome) return c.redirect(hrefOfSearch(form), 303);
  if ("failure" in outcome) return showProblem(c, outcome.failure);
  return c.body(write(outcome.found.events.map(({ event }) => event)), 200, {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="liveperson-events.${ending}"`,
  });
}

/** The fields of the form; null if there is no such account. */
function formOf(c: PageContext, { pipelines }: Collectors): SearchForm | null {
  const form = { account: pipelines[0].account, ...FIRST_SEARCH, ...c.req.query() };
  return pipelines.some(({ account }) => account === form.account) ? form : null;
}

type Searched =
  | { readonly found: Found }
  | { readonly failure: Problem }
  | { readonly wrong: WrongFields };

function toAnswer(searched: Searched): SearchAnswer {
  return "failure" in searched ? { problem: adviceOf(searched.failure) } : searched;
}

async function search(
  form: SearchForm,
  collectors: Collectors,
  nowMs: number,
): Promise<Searched> {
  const read = readSearch(form, nowMs);
  if ("wrong" in read) return read;
  const { shown, ...args } = read.search;
  const pipelines = collectors.pipelines.filter(({ account }) => account === form.account);
  const outcome = await askAny(collectors, pipelines, "getEvents", args);
  if (!outcome.ok) return { failure: outcome.problem };
  const { events, rest } = wholeInstants(outcome.value, args);
  const matched = matching(events, form);
  return {
    found: {
      events: matched.slice(0, shown),
      read: events.length,
      matched: matched.length,
      rest,
    },
  };
}

function oneOfEach(pipelines: readonly Pipeline[]): readonly Pipeline[] {
  return [...new Map(pipelines.toReversed().map((one) => [one.account, one])).values()].reverse();
}
