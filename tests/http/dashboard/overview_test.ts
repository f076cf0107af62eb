/** The overview's words and links: its numbers lead to what they count, and no name changes what is beside it. Pure. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../../src/pipelines/pipeline.ts";
import { STATES } from "../../../src/collector/health/verdict.ts";
import { toldLetter, toldReason } from "../../../src/http/dashboard/letter_links.ts";
import { accountTitle } from "../../../src/http/dashboard/links.ts";
import { Overview } from "../../../src/http/dashboard/overview.tsx";
import { readOverviewForm } from "../../../src/http/dashboard/overview_search.ts";
import { readPageState } from "../../../src/http/dashboard/page_state.ts";
import { pipelineStateOf } from "../../../src/http/dashboard/pipeline_state.ts";
import { failed, NOW_MS, ok, samplePipeline, status } from "./sample_app.ts";

/** Eight accounts, of which the second fails; two have a name. */
const STATES_OF_ALL = Array.from({ length: 8 }, (_, i) => {
  const names: Record<number, string> = { 0: "Bold", 1: "Timid" };
  const pipeline: Pipeline = {
    ...samplePipeline(`1000000${i}`),
    ...(names[i] !== undefined && { accountName: names[i] }),
  };
  const outcome = i === 1
    ? failed("configuration_invalid", "X is not set.")
    : ok(status(pipeline.account, {}));
  return pipelineStateOf(pipeline, outcome, NOW_MS);
});

function overviewAt(path: string): string {
  const url = new URL(path, "http://localhost");
  return String(Overview({
    states: STATES_OF_ALL,
    isPart: false,
    form: readOverviewForm(Object.fromEntries(url.searchParams), STATES),
    page: readPageState(url.href),
    nowMs: NOW_MS,
  }));
}

/** The links with the numbers by state: where each leads, and what it says. */
function counts(html: string): [string, string][] {
  const list = /<ul class="counts".*?<\/ul>/s.exec(html)?.[0] ?? "";
  return [...list.matchAll(/<a href="([^"]*)".*?<strong[^>]*>(\d+)<\/strong>/gs)]
    .map(([, href, number]) => [href.replaceAll("&amp;", "&"), number]);
}

Deno.test("each number of the overview leads to as many, whatever is searched for", () => {
  const found = (path: string) => overviewAt(path).match(/<a href="\/\?account=/g)?.length ?? 0;
  for (const path of ["/", "/?q=Bold", "/?q=timid", "/?q=1000", "/?sort=lag&q=o"]) {
    const links = counts(overviewAt(path));
    assert.ok(links.length > 0, path);
    for (const [href, number] of links) assert.equal(found(href), Number(number), href);
  }
  assert.deepEqual(counts(overviewAt("/?q=Bold")), [["/?q=Bold&state=healthy", "1"]]);
});

Deno.test("a search without a match leads back to all, and so does a state that nothing is in", () => {
  const none = overviewAt("/?q=nobody&state=failing");
  assert.match(none, /Nothing matches\..*<a href="\/">Show all<\/a>/s);
  assert.deepEqual(counts(none), [["/?q=nobody", "0"]]);
  assert.deepEqual(counts(overviewAt("/?q=nobody")), []);
});

Deno.test("a name can't change how the id or anything beside it reads", () => {
  const titled = (accountName: string) =>
    accountTitle({ ...samplePipeline("12345678"), accountName });
  assert.equal(titled("Acme"), "Acme (12345678)");
  assert.equal(titled("\u202Egnp"), "gnp (12345678)");
  assert.equal(titled("a\u2066b\u200Fc\u0000d\ne"), "abc d e (12345678)");
  assert.equal(titled("\u202E \u2069"), "12345678");
  assert.equal(
    titled("שלום"),
    "\u2068שלום\u2069 (12345678)",
    "kept apart, as its letters run left",
  );
});

Deno.test("so can't the names in a refused event, nor what the destination answered", () => {
  const letter = { eventId: "e", who: "\u202Eeve", what: "UPDATE", object: "USER: a\u2067b" };
  const listed = letter as Parameters<typeof toldLetter>[0];
  assert.equal(toldLetter(listed), "UPDATE, USER: ab by eve");
  const answered = { status: 400, reason: "no\u202Eon\n\nno" };
  assert.equal(toldReason(samplePipeline("a"), answered), "XSIAM answered 400: noon no");
});
