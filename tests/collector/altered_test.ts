/** What a destination takes otherwise than it was sent is counted, and shown wherever a run is. */
import assert from "node:assert/strict";
import { pipelineTo } from "../environment.ts";
import { afterRun, UNKNOWN_HEALTH } from "../../src/collector/health/health.ts";
import { measure } from "../../src/collector/health/measures.ts";
import { NOTHING_BESIDE, toReport } from "../../src/collector/health/report.ts";
import { judge } from "../../src/collector/health/verdict.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { readPageState } from "../../src/http/dashboard/page_state.ts";
import { TotalsCard } from "../../src/http/dashboard/totals.tsx";
import { toFamilies } from "../../src/http/metrics/families.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

/** The report of a run that had so many in its live part, and so many beside it. */
function reportOf(altered: number, alteredAside: number) {
  return toReport({
    ...{ runId: "a-run", trigger: "cron", startedMs: NOW, endedMs: NOW, completeUntilMs: null },
    progress: { ...startProgress(firstCursor(NOW), false), altered },
    ...{ opened: null, resent: 0, reconciliation: null, backfill: null },
    ...{
      beside: { ...NOTHING_BESIDE, altered: alteredAside },
      asideGoesOn: false,
      backfilled: 0,
      limitedBy: null,
    },
    used: { retries: 0, answers: {} },
  });
}

/** The health after those runs. */
function healthAfter(...reports: readonly ReturnType<typeof reportOf>[]) {
  const aftermath = { isAtEnd: true, deadLetters: 0, gaps: [], readAgain: [], missingFields: [] };
  return reports.reduce(
    (health, report) => afterRun(health, report, { completeUntilMs: null, ...aftermath }),
    UNKNOWN_HEALTH,
  );
}

Deno.test("the report counts all parts of a run, and the totals all runs", () => {
  assert.equal(reportOf(3, 2).altered, 5);
  assert.equal(healthAfter(reportOf(3, 2), reportOf(0, 1)).totals.altered, 6);
});

Deno.test("the total is a metric, and a row of the status page", () => {
  const health = healthAfter(reportOf(1234, 0));
  const letters = { deadLetters: 0, setAside: 0, fullness: 0, backfill: null };
  const measures = measure(
    health,
    judge(health, letters, NOW, { enabled: true, lagMs: 0, undelivered: 1 }),
    null,
  );
  const families = toFamilies([{ pipeline: pipelineTo("xsiam", "111"), measures }], "1.0.0");
  const family = families.find(({ name }) => name === "liveperson_collector_events_altered");
  assert.deepEqual(family?.samples.map(({ value }) => value), [1234]);
  const card = String(
    TotalsCard({ health, page: readPageState("https://collector.example/?open=totals") }),
  );
  assert.match(card, /Altered<\/th><td[^>]*>1,234<\/td><td[^>]*>accepted, but altered/);
});
