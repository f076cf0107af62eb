/** The schedule of the Deno host: it collects every account, and backlogs are followed beside it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { askEach, type Collectors } from "../../src/collector/fleet.ts";
import type { LogLine } from "../../src/collector/platform.ts";
import { disabledReport } from "../../src/collector/health/report.ts";
import { type CollectorService, offer } from "../../src/collector/service.ts";
import { followBacklogs } from "../../src/deno/backlog.ts";
import { Schedule } from "../../src/deno/schedule.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { pipelineTo, SECOND, until } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

/**
 * Collectors with so many runs to do each, by account, or account and destination; `runs` tells who ran,
 * in order. A run ends once `onRun` does.
 */
function fakeCollectors(
  backlogs: Record<string, number>,
  onRun: (id: string) => unknown = () => {},
) {
  const runs: string[] = [];
  const left = { ...backlogs };
  const pipelines = Object.keys(backlogs).map((id) => {
    const [account, kind = "xsiam"] = id.split("/");
    return pipelineTo(kind, account, id);
  });
  const of = ({ destination }: Pipeline): CollectorService => ({
    ...offer(() => Promise.reject(new Error("Nothing else is asked."))),
    collect: async (trigger) => {
      const id = destination!.identity!;
      await Promise.resolve();
      runs.push(id);
      await onRun(id);
      const nothing = disabledReport({ runId: "a run", trigger, startedMs: 0 });
      return { ok: true, value: { ...nothing, outcome: "ok", goesOn: --left[id] > 0 } };
    },
  });
  const collectors: Collectors = { pipelines, of, ask: askEach(of) };
  return { collectors, runs };
}

/** One turn of the schedule, to its end. */
async function tick(collectors: Collectors, log: (line: LogLine) => void): Promise<void> {
  const schedule = new Schedule(collectors, log);
  schedule.tick();
  await schedule.settled();
}

Deno.test("the schedule collects, and the backlog is followed to its end", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(25);
  const stop = { aborted: false };
  const collectors = followBacklogs(await stage.open({ MAX_FETCH: "10" }), stop);
  await tick(collectors, (line) => stage.lines.push(line));
  await collectors.settled();
  assert.equal(stage.xsiam.count, 25);
  assert.deepEqual(stage.lines.map((line) => line.trigger), ["cron", "backlog", "backlog"]);
});

Deno.test("a failed account is reported, and the schedule collects the others", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(2);
  const collectors = await stage.open({
    LIVEPERSON_ACCOUNTS: JSON.stringify([
      { LIVEPERSON_ACCOUNT_ID: SECOND, LIVEPERSON_CLIENT_SECRET: "wrong" },
      { LIVEPERSON_ACCOUNT_ID: "broken", XSIAM_URL: "http://example.com" },
    ]),
  });
  const lines: LogLine[] = [];
  await tick(collectors, (line) => lines.push(line));
  assert.equal(stage.xsiam.count, 2);
  assert.deepEqual(lines.map(({ event }) => event), ["schedule_failed"]);
  assert.match(
    String(lines[0].message),
    /^2 of 3 pipelines failed: second\/xsiam: .*broken\/xsiam: conf/,
  );
});

Deno.test("a long backlog does not hold up the schedule, nor the other backlogs", async () => {
  const { collectors, runs } = fakeCollectors({ a: 100, b: 3, c: 1, d: 100, e: 100, f: 3 });
  const followed = followBacklogs(collectors, { aborted: false });
  await tick(followed, () => {});
  assert.ok(runs.length < 30, "the schedule ended long before the backlogs");
  await followed.settled();
  assert.equal(runs.length, 307);
  assert.ok(
    runs.lastIndexOf("b") < 40 && runs.lastIndexOf("f") < 40,
    "the short ones come through",
  );
});

Deno.test("a destination that hangs misses turns, and holds up neither the schedule nor the backlogs of another", async () => {
  const hanging = Promise.withResolvers<void>();
  const accounts = Array.from({ length: 20 }, (_, i) => `site${i}`);
  const backlogs = accounts.flatMap((account) => [[`${account}/slow`, 1], [`${account}/fast`, 3]]);
  const { collectors, runs } = fakeCollectors(
    Object.fromEntries(backlogs),
    (id) => id.endsWith("/slow") ? hanging.promise : undefined,
  );
  const followed = followBacklogs(collectors, { aborted: false });
  const schedule = new Schedule(followed, () => {});
  const fastRuns = () => runs.filter((id) => id.endsWith("/fast")).length;
  schedule.tick();
  await until("the backlogs of the fast one", () => fastRuns() === 60);
  schedule.tick();
  await until("the next turn of the fast one", () => fastRuns() === 80);
  assert.ok(runs.length - fastRuns() < 20, "the slow ones still wait for the first turn's");
  hanging.resolve();
  await schedule.settled();
  await followed.settled();
  assert.equal(runs.length - fastRuns(), 20, "and have not been asked twice");
});

Deno.test("told to stop, no further run begins", async () => {
  const stop = { aborted: false };
  const { collectors, runs } = fakeCollectors({ a: 100 }, () => {
    if (runs.length === 5) stop.aborted = true;
  });
  const followed = followBacklogs(collectors, stop);
  await tick(followed, () => {});
  await followed.settled();
  assert.equal(runs.length, 5);
});

Deno.test("the schedule is the same on both hosts", async () => {
  const wrangler = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const deno = await readFile(join(ROOT, "src/deno/main.ts"), "utf8");
  const [schedule] = /"\*\/5 \* \* \* \*"/.exec(wrangler)!;
  assert.ok(deno.includes(`SCHEDULE = ${schedule}`));
});
