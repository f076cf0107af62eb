/**
 * `deno task status`: shows what `/status` says, in readable form, for a state on this machine or for a
 * deployed Worker. It changes nothing.
 */
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import { exactly } from "../../src/format.ts";
import { openTarget } from "../target/open_target.ts";
import { isProblem, type PipelineStatus, type Target } from "../target/target.ts";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, readOptions, scriptCommand, wholeNumber } from "../cli/command_line.ts";
import { runToEnd, tellFailure } from "../cli/failure.ts";
import { printLine } from "../cli/print_line.ts";
import { terminalWidth } from "../cli/progress.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { statusPage, statusTable } from "./status_page.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";

interface Options extends TargetOptions {
  readonly watch?: true;
  readonly every: number;
}

const command = withTarget(
  scriptCommand("status", "Shows whether collecting works.", [
    "--url https://collector.example.workers.dev --watch",
    "--kv-path ./data/collector.db --json",
  ])
    .option("--watch", "keep refreshing until Ctrl-C")
    .option(
      "--every <seconds>",
      "with --watch: the seconds between refreshes",
      wholeNumber(1, 3600),
      5,
    ),
).addHelpText("after", "\nExit code: 0 shown, or --watch ended by Ctrl-C; 1 failed, 2 bad usage.");

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  await using target = await openTarget(options, { say: console.error, stop, absent: "refused" });
  const { account, destination } = options;
  if (account !== undefined || destination !== undefined) {
    pipelinesOf(await target.pipelines(), { account, destination });
  }
  if (options.watch) return await watch(target, options, stop);
  show(await target.status({ account, destination }), options, console.log);
  return DONE;
}

/** A failure on the way is shown, and retried. */
async function watch(target: Target, options: Options, stop: StopSignal): Promise<number> {
  const { account, destination } = options;
  const print = (text: string) => printLine(text, stop.ask);
  while (!stop.stopped) {
    try {
      const statuses = await target.status({ account, destination });
      if (Deno.stdout.isTerminal() && !options.json) print("\x1b[H\x1b[2J\x1b[3J");
      show(statuses, options, print);
    } catch (error) {
      if (!stop.stopped) tellFailure(error, options.json ?? false, print);
    }
    await waitOrStop(options.every * 1000, stop);
  }
  return DONE;
}

function show(
  statuses: readonly PipelineStatus[],
  { json, watch, every }: Options,
  print: (text: string) => void,
): void {
  const colours = stdoutColours();
  const [one] = statuses;
  if (json) {
    print(JSON.stringify(statuses.length === 1 ? one : { accounts: statuses }));
    return;
  }
  const page = statuses.length === 1 && !isProblem(one)
    ? statusPage(one, colours)
    : statusTable(statuses, terminalWidth(), colours);
  print(page);
  if (watch) print(colours.dim(`\nEvery ${exactly(every * 1000)}, until Ctrl-C.`));
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
