/** The dashboard, the alert rules, the scrape configuration and docs/metrics.md fit what `/metrics` has. */
import { pipelineTo } from "../../environment.ts";
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../../scripts/local/bundle.ts";
import { UNKNOWN_HEALTH } from "../../../src/collector/health/health.ts";
import { judge } from "../../../src/collector/health/verdict.ts";
import { measure } from "../../../src/collector/health/measures.ts";
import { disabledReport } from "../../../src/collector/health/report.ts";
import { expose } from "../../../src/http/metrics/exposition.ts";
import { toFamilies } from "../../../src/http/metrics/families.ts";
import { withFolder } from "../../environment.ts";
import { PeopleApp, READ } from "../auth/people_app.ts";
import { type Metrics, readOpenMetrics } from "./openmetrics.ts";
import { checkClassic, promtool } from "./promtool.ts";

const PREFIX = "liveperson_collector_";
const FOLDER = join(ROOT, "docs", "monitoring");

const read = (name: string) => readFile(join(FOLDER, name), "utf8");

/** An account of which everything is known. `more`: its last run left more to read. */
function families(more = false) {
  const at = "2026-03-10T12:00:00.000Z";
  const run = { runId: "a-run", trigger: "cron" as const, startedMs: Date.parse(at) };
  const health = {
    ...UNKNOWN_HEALTH,
    lastRun: { ...disabledReport(run), more },
    lastSuccessAt: at,
    lastDelivery: { at, events: 1 },
    completeUntilMs: 0,
    totals: { ...UNKNOWN_HEALTH.totals, answers: { xsiam: { "200": 1 } } },
  };
  const measures = measure(
    health,
    judge(health, { deadLetters: 0, setAside: 0, fullness: 0, backfill: null }, 0, {
      ...{ enabled: true, lagMs: 0, undelivered: 1 },
    }),
    null,
  );
  return toFamilies([{ pipeline: pipelineTo("xsiam", "111"), measures }], "1.0.0");
}

function metrics(more = false): Metrics {
  return readOpenMetrics(expose(families(more), "openmetrics"));
}

Deno.test("a run that left more to read is a backlog", () => {
  assert.equal(metrics(true).value(`${PREFIX}backlog`), 1);
  assert.equal(metrics(false).value(`${PREFIX}backlog`), 0);
});

Deno.test("what no account has yet may be left out of the scrape", async () => {
  const empty = toFamilies([{ pipeline: pipelineTo("xsiam", "111"), measures: null }], "1.0.0");
  readOpenMetrics(expose(empty, "openmetrics"));
  await checkClassic(expose(empty, "classic"));
});

Deno.test("docs/metrics.md has a row for every metric, with its type and labels", async () => {
  const text = await readFile(join(ROOT, "docs", "metrics.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| `/.test(line)).map((line) => {
    const [name, type, labels] = line.split("|").slice(1).map((cell) => cell.trim());
    return [name, type, labels].map((cell) => cell.replaceAll("`", ""));
  });
  const expected = families().map(({ name, type, samples }) => {
    const suffix = type === "counter" ? "_total" : type === "info" ? "_info" : "";
    const labels = Object.keys(samples[0].labels).filter((label) =>
      label !== "account" && label !== "destination"
    );
    return [(name + suffix).slice(PREFIX.length), type, labels.join(", ")];
  });
  assert.deepEqual(rows.sort(), expected.sort());
});

for (const name of ["grafana_dashboard.json", "alerts.yml", "alerts_test.yml"]) {
  Deno.test(`${name} names only metrics that /metrics has`, async () => {
    const named = new Set((await read(name)).match(/liveperson_collector_\w+/g));
    assert.ok(named.size >= 3);
    assert.deepEqual([...named.difference(metrics().names)], []);
  });
}

Deno.test("Prometheus takes the scrape configuration and the rules, and the rules do as they say", async () => {
  await withFolder(async (folder) => {
    await cp(FOLDER, folder, { recursive: true });
    await writeFile(join(folder, "liveperson-collector.token"), "a-token");
    const said = await promtool(["check", "config", join(folder, "prometheus.yml")]);
    assert.match(said, /3 rules found/);
  });
  await promtool(["check", "rules", "--lint=all", "--lint-fatal", join(FOLDER, "alerts.yml")]);
  await promtool(["test", "rules", join(FOLDER, "alerts_test.yml")]);
});

Deno.test("the scrape configuration uses the token that only reads, from a file, and that is enough", async () => {
  const text = await read("prometheus.yml");
  assert.deepEqual(text.match(/API_TOKEN\w*/g), ["API_TOKEN_READ"]);
  assert.match(text, /^ +credentials_file: /m);
  assert.doesNotMatch(text, /^ +credentials: /m);
  const path = /^ +metrics_path: (\S+)$/m.exec(text)![1];
  assert.equal((await new PeopleApp().ask(path, { token: READ })).status, 200);
  for (const name of ["grafana_dashboard.json", "alerts.yml"]) {
    assert.doesNotMatch(await read(name), /API_TOKEN|Bearer/, name);
  }
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const probe = /monitor watch `([^`]+)` with `(\w+)`/.exec(readme)!;
  assert.equal(probe[2], "API_TOKEN_READ");
  assert.notEqual((await new PeopleApp().ask(probe[1], { token: READ })).status, 403);
});

Deno.test("Prometheus understands every query of the dashboard", async () => {
  const { panels } = JSON.parse(await read("grafana_dashboard.json"));
  const queries: string[] = panels.flatMap((panel: { targets: { expr: string }[] }) =>
    panel.targets.map(({ expr }) => expr)
  );
  const rules = queries.map((expr, i) => ({
    record: `panel:query:${i}`,
    expr: expr.replaceAll("$__rate_interval", "10m").replaceAll("$account", ".*"),
  }));
  // JSON is YAML, too
  const file = JSON.stringify({ groups: [{ name: "dashboard", rules }] });
  await withFolder(async (folder) => {
    await writeFile(join(folder, "rules.yml"), file);
    await promtool(["check", "rules", join(folder, "rules.yml")]);
  });
});

Deno.test("the dashboard can be imported anywhere: its data source is a variable", async () => {
  const dashboard = JSON.parse(await read("grafana_dashboard.json"));
  const { panels, templating } = dashboard;
  assert.equal(dashboard.id, undefined);
  assert.deepEqual(
    templating.list.map(({ name, type }: Record<string, string>) => [name, type]),
    [["datasource", "datasource"], ["account", "query"], ["destination", "query"]],
  );
  const uids = JSON.stringify(dashboard).match(/"uid":"[^"]*"/g)!.slice(1);
  assert.deepEqual(new Set(uids), new Set(['"uid":"${datasource}"']));
  const ids = panels.map(({ id }: { id: number }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const titles = panels.map(({ title }: { title: string }) => title);
  assert.deepEqual(titles, [
    "State",
    "Lag",
    "Events delivered",
    "Runs by outcome",
    "Upstream requests by status",
    "Late arrivals",
    "Dead letters",
    "Duration of runs",
  ]);
});
