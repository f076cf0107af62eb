/**
 * `deno task demo`: the whole collector on this machine, without credentials. It starts the simulators
 * and the Worker, lets them run, shows what happens, and checks it. Loopback only.
 */
import { count } from "../../src/format.ts";
import { stdoutColours } from "../cli/colours.ts";
import {
  DONE,
  FAILED,
  INTERRUPTED,
  readOptions,
  scriptCommand,
  wholeNumber,
} from "../cli/command_line.ts";
import { DESTINATION_IDS, type DestinationId } from "../simulators/destinations/index.ts";
import { destinationOption } from "../simulators/destinations/option.ts";
import { runToEnd, scriptProblem, usageError } from "../cli/failure.ts";
import { failure } from "../cli/failure_json.ts";
import { curlLines, fold, pageLines } from "./curl.ts";
import { keepGoing } from "./keep.ts";
import { play, type Scene } from "./play.ts";
import { API_TOKEN, KEPT_PORT, keptPort, type Stage, startStage } from "./stage.ts";
import { tell } from "./story.ts";
import { printLine } from "../cli/print_line.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";

interface Options {
  readonly keep?: true;
  readonly json?: true;
  readonly every: number;
  readonly destination: readonly DestinationId[];
}

const WIDTH = 98;

const command = scriptCommand(
  "demo",
  "Shows the collector at work, with simulators and the real Worker: no credentials, and nothing leaves " +
    "this machine.",
  ["", "--keep --every 60", "--json"],
)
  .option("--keep", `keep running until Ctrl-C, on port ${KEPT_PORT} if it is free`)
  .option(
    "--every <seconds>",
    "with --keep: the seconds between two runs",
    wholeNumber(1, 3600),
    15,
  )
  .addOption(destinationOption())
  .option("--json", "print only one JSON summary")
  .addHelpText("after", "\nExit code: 0 all as expected, 1 otherwise, 2 bad usage.");

/** What the demo works with; a test passes something else. */
interface Surroundings {
  readonly start: (port: number, destinations: readonly DestinationId[]) => Promise<Stage>;
  /** `gone` is called if nobody reads it any more. */
  readonly out: (text: string, gone: () => void) => void;
  readonly err: (text: string) => void;
}

/** Returns the exit code. */
export async function demo(
  options: Options,
  { start, out, err }: Surroundings,
): Promise<number> {
  const say = (text: string) => out(text, () => stop?.ask());
  const print = options.json ? () => {} : say;
  const scenes: Scene[] = [];
  const problems: string[] = [];
  let stage: Stage | undefined;
  let stop: StopSignal | undefined;
  try {
    print("Starting ...\n");
    stage = await start(options.keep ? keptPort() : 0, options.destination);
    stop = listenForStop();
    for await (const scene of play(stage)) {
      if (stop.stopped) break;
      scenes.push(scene);
      problems.push(...scene.problems);
      print(tell(scene, stdoutColours()));
    }
    if (!stop.stopped) printTries(options, stage.worker.url, print);
    if (options.keep) await keep(stage, options, stop, print);
    else if (stop.stopped) return INTERRUPTED;
  } catch (error) {
    problems.push(`The demo could not continue: ${(error as Error).message}`);
  } finally {
    await stage?.close();
    stop?.[Symbol.dispose]();
  }
  if (options.json) say(JSON.stringify(summary(scenes, problems)));
  else for (const problem of problems) err(problem);
  return problems.length === 0 ? DONE : FAILED;
}

/** For a Worker that doesn't keep running: the commands name the fixed port of the next time. */
function printTries(
  { keep, destination }: Options,
  workerUrl: string,
  print: (text: string) => void,
): void {
  const colours = stdoutColours();
  const url = keep ? workerUrl : `http://127.0.0.1:${KEPT_PORT}`;
  const ids = destination.length === DESTINATION_IDS.length ? "all" : destination.join();
  const same = ids === "xsiam" ? "" : ` --destination ${ids}`;
  const title = keep ? "Try it" : `Try it: deno task demo --keep${same} keeps it running. Then:`;
  print(`\n${colours.bold(title)}`);
  for (const line of pageLines(url, API_TOKEN)) print(line);
  for (const line of curlLines(url, API_TOKEN, destination)) {
    print(colours.dim(`  # ${line.what}`));
    for (const part of fold(line, WIDTH - 2)) print(`  ${part}`);
  }
}

async function keep(
  stage: Stage,
  { every }: Options,
  stop: StopSignal,
  print: (text: string) => void,
): Promise<void> {
  print(`\nThe cron fires every ${count(every, "second")}. Ctrl-C ends the demo.`);
  const runs = await keepGoing(stage, every, stop, print);
  print(`\nStopped after ${count(runs, "more run")}.`);
}

/** All scenes in one object, by name. */
function summary(scenes: readonly Scene[], problems: readonly string[]) {
  const failed = scriptProblem("demo_failed", problems.join(" "));
  return {
    ...(problems.length === 0 ? { ok: true } : failure(failed.problem)),
    problems,
    scenes: Object.fromEntries(scenes.map(({ name, problems: _, ...scene }) => [name, scene])),
  };
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => {
    if (options.json && options.keep) throw usageError("--json and --keep can't be used together.");
    return demo(options, { start: startStage, out: printLine, err: console.error });
  });
}
