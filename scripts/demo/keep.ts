/**
 * The demo when it keeps running: changes keep coming, the cron trigger keeps firing, and each run prints a
 * line.
 */
import { count, number, timeOfDay } from "../../src/format.ts";
import { fireCron, type Run } from "./play.ts";
import { ACCOUNT, type Stage } from "./stage.ts";
import { newChanges } from "../simulators/new_changes.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";
import { total } from "./requests.ts";

/** Adds new changes between two runs. */
const CHANGES_A_RUN = 4;
const SEED = 1000;

/** Goes on until the signal comes, and returns how many runs there were. */
export async function keepGoing(
  stage: Stage,
  everySeconds: number,
  stop: StopSignal,
  print: (line: string) => void,
): Promise<number> {
  const change = newChanges(ACCOUNT.accountId, SEED);
  const everyMs = everySeconds * 1000;
  const changes = setInterval(
    () => stage.livePerson.add([change(Date.now())]),
    everyMs / CHANGES_A_RUN,
  );
  let runs = 0;
  try {
    while (!await stoppedWithin(everyMs, stop)) {
      for (const line of await runLines(stage)) {
        print(`  ${timeOfDay(new Date().toISOString())} ${line}`);
      }
      runs++;
    }
  } finally {
    clearInterval(changes);
  }
  return runs;
}

/** One for each destination. */
async function runLines(stage: Stage): Promise<readonly string[]> {
  try {
    const runs = await fireCron(stage);
    return runs.map((run) => describe(run, runs.length === 1 ? "cron" : `cron, ${run.label}`));
  } catch (error) {
    return [`cron: ${(error as Error).message}`];
  }
}

function describe({ report }: Run, what: string): string {
  const { problem, delivered, lateArrivals, requests, durationMs, revision } = report;
  if (problem) return `${what}: failed: ${problem.code}: ${problem.detail}`;
  const late = lateArrivals > 0 ? ` (${number(lateArrivals)} late)` : "";
  return `${what}: ${count(delivered, "new event")}${late}, ${
    count(total(requests), "request")
  }, ` +
    `${number(durationMs)} ms, cursor at revision ${revision}`;
}

/** Waits that long; true if the signal came first. */
async function stoppedWithin(ms: number, stop: StopSignal): Promise<boolean> {
  await waitOrStop(ms, stop);
  return stop.stopped;
}
