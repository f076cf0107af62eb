/** How `deno task setup` ends once the Worker is deployed. */
import assert from "node:assert/strict";
import { cronWords, endingJson, endingLines, exitCode } from "../../scripts/setup/afterwards.ts";
import type { PipelineRun } from "../../scripts/setup/first_run.ts";
import { scriptProblem } from "../../scripts/cli/failure.ts";

const CRON = "The cron collects every five minutes.";
const DELIVERED: PipelineRun = {
  account: "111",
  destination: "xsiam",
  outcome: "complete",
  delivered: 5,
  refused: 0,
};
const { problem } = scriptProblem("events_refused", "222: 2 events refused.");
const REFUSED: PipelineRun = { ...DELIVERED, account: "222", delivered: 3, refused: 2, problem };

Deno.test("what the cron does is told for each account that is not collected", () => {
  const account = (id: string) => ({
    LIVEPERSON_ACCOUNT_ID: id,
    LIVEPERSON_CLIENT_ID: "client",
    LIVEPERSON_CLIENT_SECRET: "secret",
  });
  assert.equal(cronWords(account("111")), CRON);
  const off = { FETCH_EVENTS: "false" };
  assert.match(
    cronWords({ ...account("111"), ...off }),
    /^Collecting is switched off: FETCH_EVENTS/,
  );
  const listed = JSON.stringify([account("222"), { ...account("333"), ...off }]);
  assert.equal(
    cronWords({ ...account("111"), LIVEPERSON_ACCOUNTS: listed }),
    "The cron collects every five minutes, but not from 333: FETCH_EVENTS is false there.",
  );
});

Deno.test("one problem of several first runs is told, with the sum of all", () => {
  const first = { runs: [DELIVERED, REFUSED], interrupted: false };
  assert.equal(exitCode(first), 1);
  const [problemLines, complete] = endingLines(first, CRON);
  assert.match(
    problemLines,
    /^error: Some events were not accepted\.\n {2}222: 2 events refused\./,
  );
  assert.equal(complete, `Setup itself is complete: the Worker is deployed. ${CRON}`);
  const { ok, problem, delivered, refused, runs } = endingJson(first) as Record<string, unknown>;
  assert.equal((problem as { code: string }).code, "accounts_failed");
  assert.deepEqual([ok, delivered, refused, runs], [false, 8, 2, first.runs]);
});

Deno.test("a Worker that can't be asked fails setup, and so does an interruption", () => {
  const { problem } = scriptProblem("worker_unreachable", "It could not be reached.");
  const unseen = { runs: [DELIVERED], problem, interrupted: false };
  assert.equal(exitCode(unseen), 1);
  assert.deepEqual(endingJson(unseen).problem, problem);
  assert.equal(endingLines(unseen, CRON).length, 2);

  const interrupted = { runs: [DELIVERED], interrupted: true };
  assert.equal(exitCode(interrupted), 130);
  assert.equal(endingJson(interrupted).ok, false);
  assert.match(endingLines(interrupted, CRON)[0], /^Interrupted during the first run\./);
});

Deno.test("nothing is added where nothing is wrong", () => {
  const first = { runs: [DELIVERED], interrupted: false };
  assert.deepEqual([exitCode(first), endingLines(first, CRON)], [0, []]);
  assert.equal(endingJson(first).ok, true);
});
