/** docs/logs.md and the log are in step: every event, its level and its fields, and the run id. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine } from "../../src/collector/platform.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { mortalHost, newStorage } from "../collector/mortal_host.ts";
import { collectorIn } from "../collector/collector_in.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment, until } from "../environment.ts";
import { type Json, Stage } from "../cloudflare/stage.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const text = await readFile(join(ROOT, "docs", "logs.md"), "utf8");

/** The cells of the table whose first header is given. */
function tableRows(firstHeader: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${firstHeader} +\\|`).test(line));
  assert.ok(start >= 0, `a table of ${firstHeader}`);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const plain = (cell: string) => cell.replaceAll("`", "");

const REPORT = tableRows("field").map(([field]) => plain(field));
/** Fields that only some of such lines have. */
const SOMETIMES = new Set(["problem", "thrownAt"]);

const documented = new Map(
  tableRows("event").map(([event, level, cell]) => {
    const fields = [...cell.matchAll(/`(\w+)`/g)].map(([, field]) => field);
    return [plain(event), {
      level: plain(level),
      fields: cell.includes("the report") ? [...fields, ...REPORT] : fields,
    }];
  }),
);

async function sources(): Promise<string> {
  const folder = join(ROOT, "src");
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  return (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
}

function assertDocumented({ level, event, ...rest }: LogLine): void {
  const entry = documented.get(event) ?? assert.fail(`docs/logs.md has no ${event}`);
  assert.equal(level, entry.level, event);
  const fields = Object.keys(JSON.parse(JSON.stringify(rest)));
  const unknown = fields.filter((field) => !entry.fields.includes(field));
  const missing = entry.fields.filter((field) => !fields.includes(field) && !SOMETIMES.has(field));
  assert.deepEqual({ event, unknown, missing }, { event, unknown: [], missing: [] });
}

Deno.test("every event of the code has a row in docs/logs.md with its level, and no other has", async () => {
  const code = await sources();
  const named = [...code.matchAll(/\bevent: "(\w+)"/g)].map(([, event]) => event);
  const levelled = [...code.matchAll(/\blevel: "(\w+)",\s*event: "(\w+)"/g)];
  assert.equal(levelled.length, named.length, "the level stands before the event");
  const inCode = new Set(levelled.map(([, level, event]) => `${event} ${level}`));
  const inTable = new Set([...documented].map(([event, { level }]) => `${event} ${level}`));
  assert.deepEqual([...inTable].sort(), [...inCode].sort());
});

Deno.test("the lines of a collector have the fields that docs/logs.md tells", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const storage = newStorage();
  const lines: LogLine[] = [];
  async function at(
    nowMs: number,
    settings: Record<string, string>,
    act: (collector: ReturnType<typeof collectorIn>) => Promise<unknown>,
  ) {
    const host = mortalHost(storage, () => nowMs);
    await act(collectorIn(environment, host, settings));
    lines.push(...host.lines);
  }
  const collect = (nowMs: number, settings: Record<string, string> = {}) =>
    at(nowMs, settings, (collector) => collector.collect("cron"));

  environment.livePerson.add([changeAt(NOW - MINUTE_MS)]);
  await collect(NOW, { DEBUG_TRACE: "true" });
  await collect(NOW + HOUR_MS, { DEBUG_TRACE: "true" });
  await collect(NOW, { FETCH_EVENTS: "false" });
  storage.published.clear();
  await collect(NOW + HOUR_MS);
  storage.local.delete("journal");
  await collect(NOW + HOUR_MS);
  environment.livePerson.forbidden = true;
  await collect(NOW);
  await at(NOW, {}, (collector) => collector.redeliver(10));
  await at(NOW, {}, (collector) => collector.forgetCursor());

  for (const line of lines) assertDocumented(line);
  assert.deepEqual([...new Set(lines.map(({ event }) => event))].sort(), [
    "collection_disabled",
    "cursor_adopted",
    "cursor_deleted",
    "cursor_republished",
    "dead_letters_redelivered",
    "run_ended",
    "run_failed",
    "trace_ended",
    "upstream_request",
  ]);
});

Deno.test("the run id ties the log, the answers and the status together", async () => {
  await using stage = await Stage.open({ settings: { DEBUG_TRACE: "true" } });
  stage.addRecent(1);
  const eventsOf = (runId: string) =>
    stage.logLines((line: Json) => line.runId === runId).map(({ event }) => event);

  const { body: report } = await stage.post("/collect");
  assert.equal((await stage.status()).health.lastRun.runId, report.runId);
  await until("the run's line", () => eventsOf(report.runId).includes("run_ended"));
  assert.equal(eventsOf(report.runId).filter((event) => event === "upstream_request").length, 4);

  stage.livePerson.forbidden = true;
  const { body: problem } = await stage.post("/collect");
  assert.equal(problem.code, "audit_forbidden");
  assert.notEqual(problem.runId, report.runId);
  assert.equal((await stage.status()).health.lastRun.runId, problem.runId);
  await until("the run's line", () => eventsOf(problem.runId).includes("run_failed"));

  const { body: refused } = await stage.get("/get-events");
  assert.equal(refused.code, "audit_forbidden");
  await until("the command's line", () => eventsOf(refused.runId).includes("command_failed"));
});
