/**
 * `deno task dead-letters`: lists the events that a destination refused, pushes them again or discards
 * them, on this machine's state or on a deployed Worker.
 */
import { ANY_DESTINATION } from "../../src/destinations/catalog.ts";
import { toldLetters } from "../../src/collector/records/letter_choice.ts";
import type { CollectorError } from "../../src/errors.ts";
import { count } from "../../src/format.ts";
import { thrownProblem } from "../../src/http/routing/problems.ts";
import { onePipeline, pipelinesOf } from "../../src/pipelines/choose.ts";
import { labelsOf, type Pipeline } from "../../src/pipelines/pipeline.ts";
import { openTarget } from "../target/open_target.ts";
import { IN_OPTIONS, type Target } from "../target/target.ts";
import { askFirst } from "../cli/ask.ts";
import { stdoutColours } from "../cli/colours.ts";
import {
  DONE,
  FAILED,
  INTERRUPTED,
  readOptions,
  scriptCommand,
  textLike,
  wholeNumber,
} from "../cli/command_line.ts";
import { problemText, runToEnd, scriptProblem, usageError } from "../cli/failure.ts";
import { failure, failureOfSome } from "../cli/failure_json.ts";
import { terminalWidth } from "../cli/progress.ts";
import { resultName } from "../cli/result_name.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import {
  type ChosenLetters,
  chosenLetters,
  discardAll,
  noneWithIds,
  noneWithReason,
  redeliverAll,
} from "./chosen_letters.ts";
import { type Listed, listLetters } from "./list_letters.ts";
import { listText } from "./list_text.ts";

interface Options extends TargetOptions {
  readonly ids?: string;
  readonly reason?: string;
  readonly all?: true;
  readonly redeliver?: true;
  readonly discard?: true;
  readonly yes?: true;
  readonly limit: number;
}

const IDS = textLike(
  /^[\w-]{1,64}(,[\w-]{1,64}){0,99}$/,
  "ids of events, 100 at most, separated by commas",
);

const command = withTarget(
  scriptCommand("dead-letters", `Lists the events that ${ANY_DESTINATION} refused.`, [
    "--url https://collector.example.workers.dev",
    "--ids 9f1c2d7e5d0f4c9e8b7a6f5e4d3c2b1a",
    '--redeliver --reason "it calls the content malformed"',
    "--discard --all --destination xsiam",
  ])
    .option("--ids <ids>", "only those of these events, with their content", IDS)
    .option("--reason <reason>", "only those that were refused for exactly this reason")
    .option("--all", "with --discard: all of them")
    .option("--redeliver", "push the selected events again, or all")
    .option("--discard", "discard the events that --ids, --reason or --all selects")
    .option("--yes", "discard without asking")
    .option("--limit <number>", "the most events to list", wholeNumber(1, 100_000), 50),
).addHelpText(
  "after",
  "\nExit code: 0 done, 1 failed or some refused again, 2 bad usage, 130 Ctrl-C or not confirmed.",
);

async function main(options: Options): Promise<number> {
  checkChoice(options);
  using stop = listenForStop();
  await using target = await openTarget(options, { say: console.error, stop, absent: "refused" });
  const { account, destination } = options;
  const named = { account, destination };
  const pipelines = await target.pipelines();
  if (!options.redeliver && !options.discard) {
    return await list(target, pipelinesOf(pipelines, named), options);
  }
  const pipeline = onePipeline(pipelines, named, IN_OPTIONS);
  const chosen = await chosenLetters(target, pipeline, options);
  return await (options.discard
    ? discard(target, pipeline, chosen, options)
    : redeliver(target, pipeline, chosen, options, stop));
}

/** @throws {CollectorError} `arguments_invalid` when it isn't clear which letters are meant */
function checkChoice({ ids, reason, all, redeliver, discard }: Options): void {
  if (redeliver && discard) throw usageError("--redeliver and --discard can't be used together.");
  const ways = [ids, reason, all].filter((way) => way !== undefined).length;
  if (ways > 1) throw usageError("Use one of --ids, --reason and --all.");
  if (discard && ways === 0) {
    throw usageError("--discard needs --ids, --reason or --all to say which.");
  }
}

async function list(
  target: Target,
  pipelines: readonly Pipeline[],
  { ids, reason, limit, json }: Options,
): Promise<number> {
  const query = { ids: ids?.split(","), reason, limit };
  const results: Listed[] = await Promise.all(pipelines.map(async (pipeline) => {
    try {
      return { ...labelsOf(pipeline), ...await listLetters(target, pipeline, query) };
    } catch (error) {
      if (pipelines.length === 1) throw error;
      return { ...labelsOf(pipeline), problem: thrownProblem(error) };
    }
  }));
  const problems = results.flatMap((one) => "problem" in one ? [one.problem] : []);
  if (problems.length === 0) {
    const unknown = unknownChoice(query, results);
    if (unknown !== null) throw unknown;
  }
  if (json) {
    console.log(JSON.stringify({
      ...(problems.length > 0 ? failureOfSome(problems, results.length) : { ok: true }),
      ...(results.length === 1 ? results[0] : { accounts: results }),
    }));
  } else {
    for (const one of results) {
      const name = resultName(one, results);
      if ("problem" in one) console.error(problemText(one.problem));
      else console.log(listText(one, name, terminalWidth(), stdoutColours()));
    }
  }
  return problems.length > 0 ? FAILED : DONE;
}

/** Why nothing, or not everything, that was asked for is kept; null if it is. */
function unknownChoice(
  { ids, reason }: { readonly ids?: readonly string[]; readonly reason?: string },
  results: readonly Listed[],
): CollectorError | null {
  const lists = results.flatMap((one) => "problem" in one ? [] : [one]);
  const known = new Set(lists.flatMap(({ letters }) => letters.map(({ eventId }) => eventId)));
  const missing = ids?.filter((id) => !known.has(id)) ?? [];
  if (missing.length > 0) return noneWithIds(missing);
  const reasons = lists.flatMap(({ groups }) => groups.map((group) => group.reason));
  return reason !== undefined && !reasons.includes(reason) ? noneWithReason(reason) : null;
}

async function redeliver(
  target: Target,
  pipeline: Pipeline,
  chosen: ChosenLetters,
  { json }: Options,
  stop: StopSignal,
): Promise<number> {
  const result = await redeliverAll(target, pipeline, chosen, stop);
  const { delivered, refused, left, tried } = result;
  const told =
    `${pipeline.account}: ${count(delivered, "event")} redelivered, ${refused} refused ` +
    `again, ${count(left, "refused event")} left.`;
  const problem = result.problem ??
    (refused > 0 ? scriptProblem("letters_refused_again", told).problem : undefined);
  if (json) {
    const counts = { ...labelsOf(pipeline), delivered, refused, left };
    const isDone = problem === undefined && tried >= chosen.letters;
    console.log(JSON.stringify({
      ...(problem === undefined ? { ok: isDone } : failure(problem)),
      ...counts,
    }));
  } else {
    if (problem === undefined || problem === result.problem) console.log(told);
    if (problem !== undefined) console.error(problemText(problem));
  }
  if (problem !== undefined) return FAILED;
  return stop.stopped && tried < chosen.letters ? INTERRUPTED : DONE;
}

async function discard(
  target: Target,
  pipeline: Pipeline,
  chosen: ChosenLetters,
  options: Options,
): Promise<number> {
  const name = [pipeline.account, pipeline.destination?.kind].filter(Boolean).join(", ");
  const [are, them] = chosen.letters === 1 ? ["is", "it"] : ["are", "them"];
  const what =
    `${toldLetters(chosen.letters, chosen.dead)}, of ${name}: ${are} discarded, and never ` +
    `delivered unless a backfill reads ${them} again. This can't be undone.`;
  if (chosen.letters > 0 && !await askFirst(what, options)) {
    console.error("Nothing was discarded.");
    return INTERRUPTED;
  }
  const { discarded, left } = await discardAll(target, pipeline, chosen);
  console.log(
    options.json
      ? JSON.stringify({ ok: true, ...labelsOf(pipeline), discarded, left })
      : `${pipeline.account}: ${count(discarded, "event")} discarded, ${
        count(left, "refused event")
      } left.`,
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
