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
import { collectOnSchedule } from "../../src/deno/schedule.ts";
import { SECOND } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

/** Collectors with so many runs to do each; `runs` tells who ran, in order. */
function fakeCollectors(backlogs: Record<string, number>, onRun: () => void = () => {}) {
  const runs: string[] = [];
  const left = { ...backlogs };
  const ids = Object.keys(backlogs);
  const of = (id: string): CollectorService => ({
    ...offer(() => Promise.reject(new Error("Nothing else is asked."))),
    collect: async (trigger) => {
      await Promise.resolve();
      runs.push(id);
      onRun();
      const nothing = disabledReport({ runId: "a run", trigger, startedMs: 0 });
      return { ok: true, value: { ...nothing, outcome: "ok", goesOn: --left[id] > 0 } };
    },
  });
  const collectors: Collectors = { ids, of, all: askEach(ids, of) };
  return { collectors, runs };
}

Deno.test("the schedule collects, and the backlog is followed to its end", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(25);
  const stop = { aborted: false };
  const collectors = followBacklogs(await stage.open({ MAX_FETCH: "10" }), stop);
  await collectOnSchedule(collectors, (line) => stage.lines.push(line));
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
  await collectOnSchedule(collectors, (line) => lines.push(line));
  assert.equal(stage.xsiam.count, 2);
  assert.deepEqual(lines.map(({ event }) => event), ["schedule_failed"]);
  assert.match(String(lines[0].message), /^2 of 3 accounts failed: second: .*broken: conf/);
});

Deno.test("a long backlog does not hold up the schedule, nor the other backlogs", async () => {
  const { collectors, runs } = fakeCollectors({ a: 100, b: 3, c: 1, d: 100, e: 100, f: 3 });
  const followed = followBacklogs(collectors, { aborted: false });
  await collectOnSchedule(followed, () => {});
  assert.ok(runs.length < 30, "the schedule ended long before the backlogs");
  await followed.settled();
  assert.equal(runs.length, 307);
  assert.ok(
    runs.lastIndexOf("b") < 40 && runs.lastIndexOf("f") < 40,
    "the short ones come through",
  );
});

Deno.test("told to stop, no further run begins", async () => {
  const stop = { aborted: false };
  const { collectors, runs } = fakeCollectors({ a: 100 }, () => {
    if (runs.length === 5) stop.aborted = true;
  });
  const followed = followBacklogs(collectors, stop);
  await collectOnSchedule(followed, () => {});
  await followed.settled();
  assert.equal(runs.length, 5);
});

Deno.test("the schedule is the same on both hosts", async () => {
  const wrangler = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const deno = await readFile(join(ROOT, "src/deno/main.ts"), "utf8");
  const [schedule] = /"\*\/5 \* \* \* \*"/.exec(wrangler)!;
  assert.ok(deno.includes(`SCHEDULE = ${schedule}`));
});
