/** Past failures as the page tells them: which service failed, and whether it still does. Pure. */
import assert from "node:assert/strict";
import { PipelinePage } from "../../../src/http/dashboard/pipeline.tsx";
import { readPageState } from "../../../src/http/dashboard/page_state.ts";
import { adviceOf, pipelineStateOf } from "../../../src/http/dashboard/pipeline_state.ts";
import { titleWithService } from "../../../src/http/dashboard/service_title.ts";
import { HOUR_MS, iso } from "../../../src/engine/time.ts";
import { CollectorError } from "../../../src/errors.ts";
import { REASONS, toProblem } from "../../../src/problems.ts";
import { history, NOW_MS, ok, run, samplePipeline, status } from "./sample_app.ts";

const VIEWER = {
  ...{ id: "a", name: null, formToken: "", actor: {} },
  rights: { act: true, readEvents: true },
};

/** The text of a pipeline's page. */
function textOf(fields: Parameters<typeof status>[1]): string {
  const page = PipelinePage({
    state: pipelineStateOf(samplePipeline("a"), ok(status("a", fields)), NOW_MS),
    letters: null,
    above: [],
    page: readPageState("http://localhost/"),
    viewer: VIEWER,
    nowMs: NOW_MS,
  });
  return String(page).replace(/<[^>]+>/g, " ").replaceAll("&#39;", "'").replace(/\s+/g, " ");
}

Deno.test("a problem's title names the service that it is about", () => {
  const titled = (code: keyof typeof REASONS, service: string | null) =>
    titleWithService(REASONS[code].title, service);
  assert.equal(titled("upstream_failed", "audit"), "LivePerson's audit API failed");
  assert.equal(titled("upstream_timeout", "hec"), "Splunk HEC did not answer in time");
  assert.equal(
    titled("upstream_unreadable", "token"),
    "The answer from LivePerson's authorization server could not be understood",
  );
  for (const unknown of [null, "", "another", "constructor"]) {
    assert.equal(titled("upstream_failed", unknown), "The service failed");
  }
  for (const [code, { title }] of Object.entries(REASONS)) {
    if (!code.startsWith("upstream_")) continue;
    assert.notEqual(titleWithService(title, "xsiam"), title, `${code} names it too`);
  }
  const details = { detail: "", upstream: { name: "xsiam" } };
  const problem = toProblem(new CollectorError("upstream_failed", details));
  assert.equal(adviceOf(problem).title, "XSIAM failed");
});

Deno.test("the last runs and the failures say which service failed", () => {
  const past = history([23]);
  const problem = { code: "upstream_failed", title: "The service failed" };
  const failedAt = (service: string, minutesAgo: number) => ({
    ...past.runs[0],
    ...{ runId: service, startedAt: iso(NOW_MS - minutesAgo * 60_000) },
    problem: { ...problem, service },
  });
  const outage = (service: string, minutesAgo: number) => ({
    ...{ ...problem, service, failedRuns: 1 },
    ...{ from: iso(NOW_MS - minutesAgo * 60_000), until: iso(NOW_MS - minutesAgo * 60_000 + 900) },
  });
  const words = textOf({
    health: {
      history: {
        ...past,
        runs: [failedAt("audit", 10), failedAt("xsiam", 5)],
        outages: [outage("audit", 10), outage("xsiam", 5)],
      },
    },
  });
  assert.match(words, /Last runs.*Failed: XSIAM failed.*Failed: LivePerson's audit API failed/);
  assert.match(words, /Failures.*XSIAM failed 19:37 UTC: 1 run.*LivePerson's audit API failed/);
  assert.match(words, /LivePerson's audit API failed: 1 run, from 19:32 UTC/, "on the timeline");
});

Deno.test("a failure goes on only while the state is failing", () => {
  const lasting = {
    ...{ lastRun: run({ outcome: "failed" }), consecutiveFailures: 12 },
    ...{ failingSince: iso(NOW_MS - HOUR_MS), history: history([23]) },
  };
  assert.match(textOf({ state: "failing", health: lasting }), /Since 18:42 UTC, for 1 hour: 12/);
  const startedOverAt = iso(NOW_MS - 1000);
  const over = [
    textOf({ state: "waiting", lagSeconds: null, health: { ...lasting, startedOverAt } }),
    textOf({ state: "disabled", health: lasting }),
  ];
  for (const words of over) {
    assert.doesNotMatch(words, /Since \d/);
    assert.match(words, /18:42 UTC, for 57 minutes: 12 runs/);
  }
});
