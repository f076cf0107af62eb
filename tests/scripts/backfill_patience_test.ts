/** A backfill on a Worker whose cron trigger does not fire: the script says what it waits for, and until when. */
import assert from "node:assert/strict";
import { runBackfill } from "../../scripts/backfill/run_backfill.ts";
import type { Target } from "../../scripts/target/target.ts";
import type { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { MINUTE_MS } from "../environment.ts";

const NOON_MS = Date.parse("2026-03-10T12:00:00Z");

/** Each look takes a minute. `runIds`: which run was the last one, look by look. */
async function watch(runIds: readonly string[], state = "healthy") {
  let looks = 0;
  const backfill = {
    ...{
      from: "2026-03-01T00:00:00Z",
      to: "2026-03-02T00:00:00Z",
      reached: "2026-03-01T00:00:00Z",
    },
    ...{ startedAt: "2026-03-10T12:00:00Z", completedAt: null, delivered: 0, refused: 0 },
  };
  const target = {
    advancesAlone: true,
    startBackfill: () => Promise.resolve(backfill),
    status() {
      const runId = runIds[looks++] ?? runIds.at(-1);
      return Promise.resolve([{
        state,
        health: { lastRun: { runId } },
        backfill,
      }]);
    },
  } as unknown as Target;
  const shown: string[] = [];
  const error = await runBackfill({
    target,
    pipeline: { account: "1", feed: "audit", destination: null } as Pipeline,
    range: { fromMs: 0, toMs: 1 },
    progress: {
      show: (_, text) => void shown.push(text),
      say: (line) => void shown.push(line),
      [Symbol.dispose]() {},
    },
    stop: {
      stopped: false,
      wait: new Promise(() => {}),
      signal: new AbortController().signal,
      ask() {},
      [Symbol.dispose]() {},
    },
    everyMs: 0,
    now: () => NOON_MS + looks * MINUTE_MS,
  }).then(() => assert.fail("it ended"), (error: AnsweredProblem) => error);
  return { looks, shown, problem: error.problem };
}

Deno.test("without a run it gives up after twelve minutes, and has said so from the beginning", async () => {
  const { looks, shown, problem } = await watch(["a"]);
  assert.match(shown[0], /waiting for the Worker's cron trigger, until 12:12:00 UTC$/);
  assert.equal(looks, 13);
  assert.equal(problem.code, "backfill_stands_still");
  assert.match(problem.detail, /cron trigger does not fire/);
});

Deno.test("where fetching is switched off, it ends at once and says so", async () => {
  const { looks, problem } = await watch(["a"], "disabled");
  assert.equal(looks, 1);
  assert.equal(problem.code, "backfill_stands_still");
  assert.match(`${problem.detail} ${problem.action}`, /FETCH_EVENTS is false.* Set FETCH_EVENTS/);
});

Deno.test("every run is a sign that the cron fires", async () => {
  const { looks } = await watch(Array.from({ length: 30 }, (_, i) => `run ${Math.floor(i / 10)}`));
  assert.equal(looks, 21 + 12);
});
