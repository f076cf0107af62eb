/**
 * `deno task backfill`: delivers a past range, with its own cursor, either here with a given state or on a
 * deployed Worker. Live collection is not affected.
 */
import { count } from "../../src/format.ts";
import { readBackfillRange } from "../../src/http/routing/backfill_arguments.ts";
import { AnsweredProblem, thrownProblem } from "../../src/http/routing/problems.ts";
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { iso } from "../../src/engine/time.ts";
import { countRange } from "./count_range.ts";
import { openTarget, openToRead } from "../target/open_target.ts";
import { pipelinesOfOneAccount } from "../../src/pipelines/choose.ts";
import { type BackfillResult, runEach } from "./run_each.ts";
import { IN_OPTIONS } from "../target/target.ts";
import { backfillProgress, timeFraction } from "../cli/backfill_progress.ts";
import {
  DONE,
  FAILED,
  INTERRUPTED,
  readOptions,
  scriptCommand,
  wholeNumber,
} from "../cli/command_line.ts";
import { dayTable } from "./day_table.ts";
import { problemText, runToEnd, usageError } from "../cli/failure.ts";
import { failureOfSome } from "../cli/failure_json.ts";
import { openProgress } from "../cli/progress.ts";
import { resultName } from "../cli/result_name.ts";
import {
  asOption,
  type TargetOptions,
  withTarget,
  withWorkerOfSettings,
} from "../cli/script_options.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import { cancelCommand, followCommand, resumeCommand } from "./resume_command.ts";

interface Options extends TargetOptions {
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: true;
  readonly cancel?: true;
  readonly wait: boolean;
  readonly every: number;
}

const STOPPING = "Stopping after the current batch ...";

const command = withTarget(
  scriptCommand("backfill", "Delivers the events of a past range, alongside live collection.", [
    '--from "90 days ago" --to "30 days ago" --dry-run',
    "--from 2026-01-01 --url https://collector.example.workers.dev",
    "--cancel --url https://collector.example.workers.dev",
  ])
    .option("--from <time>", "the beginning: ISO 8601, or a time such as 2 weeks ago")
    .option("--to <time>", "the end, exclusive (default: now)")
    .option("--dry-run", "count the events by day; push and store nothing")
    .option("--cancel", "cancel a backfill that is not complete, if there is one")
    .option("--no-wait", "with --url: do not wait until it is complete")
    .option(
      "--every <seconds>",
      "with --url: the seconds between two checks",
      wholeNumber(1, 3600),
      5,
    ),
).addHelpText(
  "after",
  "\nCtrl-C stops it after the current batch, or after a few seconds if a service does not answer; " +
    "to resume, give the same range." +
    "\nExit code: 0 complete (with --no-wait: started), 1 failed or some events were not accepted, 2 bad " +
    "usage, 130 Ctrl-C.",
);

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  const { from, to } = options;
  if (options.cancel) {
    if (from !== undefined || to !== undefined || options.dryRun) {
      throw usageError("--cancel accepts neither a range nor --dry-run.");
    }
    return await cancel(options, stop);
  }
  if (from === undefined) throw usageError("--from is missing.");
  const range = readBackfillRange({ from, to }, Date.now(), asOption);
  return await (options.dryRun ? dryRun(range, options, stop) : backfill(range, options, stop));
}

async function backfill(range: BackfillRange, options: Options, stop: StopSignal): Promise<number> {
  using progress = openProgress(options.json ?? false);
  await using target = await openTarget(options, {
    ...{ say: progress.say, stop, absent: "made", pushes: true } as const,
  });
  const pipelines = pipelinesOfOneAccount(await target.pipelines(), options, IN_OPTIONS);
  if (!target.advancesAlone) stop.wait.then(() => progress.say(STOPPING));
  const waits = options.wait || !target.advancesAlone;
  const everyMs = options.every * 1000;
  const results = await runEach(pipelines, { target, range, progress, stop, everyMs, waits });
  progress[Symbol.dispose]();
  const [{ error }] = results;
  if (results.length === 1 && error !== undefined) throw withNextStep(error, range, options);
  tell(results, range, options);
  if (results.some(({ outcome, problem }) => outcome === "failed" || problem)) return FAILED;
  return results.some(({ outcome }) => outcome === "interrupted") ? INTERRUPTED : DONE;
}

function tell(results: readonly BackfillResult[], range: BackfillRange, options: Options): void {
  if (!options.json) {
    for (const one of results) tellOne(one, resultName(one, results), range, options);
    return;
  }
  const ok = results.every(({ outcome }) => outcome === "complete" || outcome === "begun");
  const entries = results.map(({ error, ...result }): Omit<BackfillResult, "error"> =>
    error === undefined
      ? result
      : { ...result, problem: thrownProblem(withNextStep(error, range, options)) }
  );
  const problems = entries.flatMap(({ problem }) => problem ?? []);
  console.log(JSON.stringify({
    ...(problems.length > 0 ? failureOfSome(problems, entries.length) : { ok }),
    ...(entries.length === 1 ? entries[0] : { accounts: entries }),
  }));
}

function tellOne(
  { outcome, backfill: state, error, problem }: BackfillResult,
  name: string,
  range: BackfillRange,
  options: Options,
): void {
  const nextStep = options.url === undefined
    ? `To resume:\n  ${resumeCommand(range, options)}`
    : `The Worker continues it. To watch:\n  ${followCommand(options)}`;
  switch (outcome) {
    case "begun":
      return console.log(`${name}: the backfill has started. ${nextStep}`);
    case "complete":
      console.log(`${name}: the backfill is complete: ${backfillProgress(state!)}.`);
      return problem && console.error(problemText(problem));
    case "interrupted":
      return console.error(`${name}: interrupted: ${backfillProgress(state!)}. ${nextStep}`);
    case "failed":
      return console.error(problemText(thrownProblem(withNextStep(error, range, options))));
  }
}

/** The problem, with advice for this script instead of for the routes. */
function withNextStep(error: unknown, range: BackfillRange, options: Options): unknown {
  if (!(error instanceof AnsweredProblem)) return error;
  const { problem } = error;
  if (problem.code === "backfill_running") {
    const { account = options.account, destination = options.destination } = problem;
    const cancel = cancelCommand({ ...options, account, destination });
    const action = `To resume it, give that range; to cancel it, run: ${cancel}`;
    return new AnsweredProblem({ ...problem, action });
  }
  if (problem.upstream === undefined) return error;
  const action = `${problem.action} Then resume: ${resumeCommand(range, options)}`;
  return new AnsweredProblem({ ...problem, action });
}

async function dryRun(range: BackfillRange, options: Options, stop: StopSignal): Promise<number> {
  using progress = openProgress(options.json ?? false);
  await using target = await openToRead(options, { say: progress.say, stop });
  const pipelines = pipelinesOfOneAccount(await target.pipelines(), options, IN_OPTIONS);
  const [{ account }] = pipelines;
  const [from, to] = [iso(range.fromMs), iso(range.toMs)];
  progress.show(0, "Counting");
  const counting = countRange(
    (limit, startMs) => target.getEvents(pipelines, { limit, startMs, push: false }),
    range,
    (timeMs, events) => {
      progress.show(timeFraction(from, to, iso(timeMs)), `${count(events, "event")} counted`);
      return !stop.stopped;
    },
  );
  // nothing is pushed or stored, so nothing has to end first
  const counted = await Promise.race([stop.wait, counting]) ?? null;
  progress[Symbol.dispose]();
  if (counted === null) {
    console.error("Interrupted. Nothing was pushed.");
    return INTERRUPTED;
  }
  const { events, days } = counted;
  if (options.json) {
    console.log(JSON.stringify({ ok: true, account, dryRun: true, from, to, events, days }));
  } else {
    console.log(dayTable(days));
    console.log(
      `A backfill of ${account} would deliver ${count(events, "event")}. ` +
        "Nothing was pushed.",
    );
  }
  return DONE;
}

async function cancel(options: Options, stop: StopSignal): Promise<number> {
  await using target = await openTarget(options, { say: console.error, stop, absent: "refused" });
  const pipelines = pipelinesOfOneAccount(await target.pipelines(), options, IN_OPTIONS);
  const [{ account }] = pipelines;
  let cancelled = 0;
  for (const pipeline of pipelines) if (await target.cancelBackfill(pipeline)) cancelled++;
  const words = cancelled === 0
    ? "there is no backfill to cancel."
    : `${cancelled === 1 ? "the backfill is" : `${cancelled} backfills are`} cancelled. ` +
      "What was delivered stays delivered.";
  console.log(
    options.json
      ? JSON.stringify({ ok: true, account, cancelled, backfill: null })
      : `${account}: ${words}`,
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
