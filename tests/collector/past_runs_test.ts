/** What is remembered of past runs: bounded, whatever happens. Pure. */
import assert from "node:assert/strict";
import { type History, NO_HISTORY, withRun } from "../../src/collector/health/history.ts";
import type { RunReport } from "../../src/collector/health/report.ts";
import { iso } from "../../src/engine/time.ts";
import { run } from "../http/dashboard/sample_app.ts";

const START_MS = Date.UTC(2026, 10, 21, 10);
const RUN_MS = 5 * 60_000;

/** Runs every five minutes, each of which took a second. */
function after(reports: readonly Partial<RunReport>[]): History {
  return reports.reduce((history, fields, i) => {
    const startedMs = START_MS + i * RUN_MS;
    const report = run({ startedAt: iso(startedMs), durationMs: 1000, ...fields });
    return withRun(history, report, startedMs + 1000);
  }, NO_HISTORY);
}

function failure(code: string, service?: string): Partial<RunReport> {
  const words = { type: `/docs#code-${code}`, title: `Title of ${code}`, detail: "", action: "" };
  const upstream = service === undefined ? undefined : { name: service, status: 503 };
  return { outcome: "failed", delivered: 0, problem: { ...words, status: 502, code, upstream } };
}

Deno.test("the last runs are kept with events, requests, lag and why they failed; no more of them than 24", () => {
  const requests = { token: 1, audit: 3 };
  const { runs } = after([
    ...Array.from({ length: 30 }, () => ({})),
    { delivered: 7, requests, lagSeconds: 12 },
    { ...failure("audit_forbidden"), lagSeconds: 300 },
  ]);
  assert.equal(runs.length, 24);
  const [before, last] = runs.slice(-2);
  assert.deepEqual([before.events, before.requests, before.lagSeconds], [7, 4, 12]);
  assert.equal(before.problem, null);
  assert.deepEqual(last.problem, {
    ...{ code: "audit_forbidden", title: "Title of audit_forbidden", service: null },
  });
});

Deno.test("an hour and a day have the longest lag of their runs, if any of them knew it", () => {
  const lags = (...all: (number | null)[]) =>
    after(all.map((lagSeconds) => ({ lagSeconds }))).hours[0].lagSeconds;
  assert.equal(lags(3, 400, 1), 400);
  assert.equal(lags(null, 5), 5);
  assert.equal(lags(null, null), null);
  assert.equal(after([{ lagSeconds: 9 }, { lagSeconds: 8 }]).days[0].lagSeconds, 9);
});

Deno.test("failures in a row for one reason are one outage; another reason, or a success, ends it", () => {
  const { outages } = after([
    failure("audit_forbidden"),
    failure("audit_forbidden"),
    failure("upstream_timeout"),
    {},
    failure("upstream_timeout"),
  ]);
  assert.deepEqual(outages.map(({ code, failedRuns }) => [code, failedRuns]), [
    ["audit_forbidden", 2],
    ["upstream_timeout", 1],
    ["upstream_timeout", 1],
  ]);
  assert.deepEqual(
    [outages[0].from, outages[0].until],
    ["2026-11-21T10:00:00.000Z", "2026-11-21T10:05:01.000Z"],
  );
});

Deno.test("failures of two services are two outages, each with its service, even with the same code", () => {
  const { outages, runs } = after([
    failure("upstream_failed", "audit"),
    failure("upstream_failed", "audit"),
    failure("upstream_failed", "xsiam"),
    failure("upstream_failed", "xsiam"),
    failure("upstream_failed"),
  ]);
  assert.deepEqual(outages.map(({ service, failedRuns }) => [service, failedRuns]), [
    ["audit", 2],
    ["xsiam", 2],
    [null, 1],
  ]);
  assert.deepEqual(runs.map(({ problem }) => problem?.service), [
    "audit",
    "audit",
    "xsiam",
    "xsiam",
    null,
  ]);
});

Deno.test("whatever fails for however long, what is kept is small", () => {
  const reasons = ["upstream_timeout", "audit_forbidden"];
  const history = after(Array.from({ length: 5000 }, (_, i) => failure(reasons[i % 2], "audit")));
  assert.equal(history.outages.length, 20);
  assert.ok(JSON.stringify(history).length < 14_000, `${JSON.stringify(history).length} bytes`);
});
