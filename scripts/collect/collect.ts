/**
 * `deno task collect`: runs now, and again while there is more to read, either here with a given state or
 * on a deployed Worker.
 */
import { count, number } from "../../src/format.ts";
import { ANY_DESTINATION } from "../../src/destinations/catalog.ts";
import { mapLanes } from "../../src/collector/fleet.ts";
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { type Collected, collectToEnd } from "./collect_to_end.ts";
import { brokenOffWords } from "../target/broken_off.ts";
import { openTarget } from "../target/open_target.ts";
import type { Target } from "../target/target.ts";
import { DONE, FAILED, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { problemText, runToEnd } from "../cli/failure.ts";
import { failureOfSome } from "../cli/failure_json.ts";
import { openProgress, type Progress } from "../cli/progress.ts";
import { resultName } from "../cli/result_name.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";

const command = withTarget(
  scriptCommand("collect", `Collects new events now and pushes them to ${ANY_DESTINATION}.`, [
    "--url https://collector.example.workers.dev",
    "--kv-path ./data/collector.db --json",
  ]),
).addHelpText(
  "after",
  "\nCtrl-C stops it after the current batch, or after a few seconds if a service does not answer; " +
    "what was delivered is committed." +
    "\nExit code: 0 all delivered, 1 failed or some events were not accepted, 2 bad usage, 130 Ctrl-C.",
);

async function main(options: TargetOptions): Promise<number> {
  using stop = listenForStop();
  const results = await collect(options, stop);
  const ok = results.every(({ outcome, problem }) =>
    problem === undefined && (outcome === "complete" || outcome === "disabled")
  );
  if (options.json) {
    const problems = results.flatMap(({ problem }) => problem ?? []);
    console.log(JSON.stringify({
      ...(problems.length > 0 ? failureOfSome(problems, results.length) : { ok }),
      ...(results.length === 1 ? results[0] : { accounts: results }),
    }));
  } else {
    for (const one of results) tell(one, resultName(one, results), options);
  }
  if (ok) return DONE;
  const isFailed = ({ outcome, problem }: Collected) =>
    outcome === "failed" || (outcome === "complete" && problem !== undefined);
  return results.some(isFailed) ? FAILED : INTERRUPTED;
}

async function collect(options: TargetOptions, stop: StopSignal): Promise<readonly Collected[]> {
  using progress = openProgress(options.json ?? false);
  await using target = await openTarget(options, {
    ...{ say: progress.say, stop, absent: "made", pushes: true } as const,
  });
  const { account, destination } = options;
  const pipelines = pipelinesOf(await target.pipelines(), { account, destination });
  if (!target.advancesAlone) {
    stop.wait.then(() => progress.say("Stopping after the current batch ..."));
  }
  if (pipelines.length > 1) return await collectEach(pipelines, target, progress, stop);
  progress.show(null, `Collecting into ${target.name}`);
  return [await collectToEnd(target, pipelines[0], stop, progress.show)];
}

/** Several at the same time; the bar counts those that are done. */
async function collectEach(
  pipelines: readonly Pipeline[],
  target: Target,
  progress: Progress,
  stop: StopSignal,
): Promise<readonly Collected[]> {
  const all = number(pipelines.length);
  let done = 0;
  const show = () => progress.show(done / pipelines.length, `${number(done)} of ${all} done`);
  show();
  return await mapLanes(pipelines, async (pipeline) => {
    const result = await collectToEnd(target, pipeline, stop, () => {});
    done++;
    show();
    return result;
  });
}

function tell(result: Collected, name: string, { url }: TargetOptions): void {
  const { outcome, delivered, refused, altered, runs, problem } = result;
  const { lateArrivals, twins, reconciled, backfilled } = result;
  const extras = [
    ...(reconciled > 0 ? [`${number(reconciled)} reconciled`] : []),
    ...(backfilled > 0 ? [`${number(backfilled)} backfilled`] : []),
    ...(lateArrivals > 0 ? [`${number(lateArrivals)} late`] : []),
    ...(twins > 0 ? [count(twins, "twin")] : []),
    ...(altered > 0 ? [`${number(altered)} altered`] : []),
    ...(refused > 0 ? [`${number(refused)} not accepted`] : []),
  ];
  const details = extras.length === 0 ? "" : ` (${extras.join(", ")})`;
  const sum = `${name}: delivered ${
    count(delivered + reconciled + backfilled, "event")
  }${details} in ${count(runs, "run")}.`;
  switch (outcome) {
    case "disabled":
      return console.log(`${name}: FETCH_EVENTS is false, so nothing is collected.`);
    case "complete":
      console.log(`${sum} There are no more.`);
      return problem && console.error(problemText(problem));
    case "interrupted":
      return console.error(
        `${sum} Interrupted. ` +
          (url === undefined
            ? (problem === undefined ? "" : `${brokenOffWords(problem)} `) +
              "What was delivered is committed; the same command resumes."
            : "The Worker continues on its own."),
      );
    case "failed":
      console.error(problemText(problem!));
      return console.error(`  ${sum}`);
  }
}

if (import.meta.main) {
  const options = readOptions<TargetOptions>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
