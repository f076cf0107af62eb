/**
 * `deno task get-events`: the `liveperson-get-events` command straight from the terminal. It reads
 * LivePerson, or asks a deployed collector to; pushes only if asked to, and stores nothing.
 */
import { Option } from "commander";
import { ANY_DESTINATION } from "../../src/destinations/catalog.ts";
import {
  GET_EVENTS_DEFAULTS,
  readGetEventsArguments,
} from "../../src/http/routes/event_arguments.ts";
import type { FoundEvents, GetEventsArguments } from "../../src/collector/runs/read_events.ts";
import { openToRead } from "../target/open_target.ts";
import { onePipeline, pipelinesOfOneAccount } from "../../src/pipelines/choose.ts";
import { IN_OPTIONS } from "../target/target.ts";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { type Format, format, FORMATS } from "./event_formats.ts";
import { runToEnd } from "../cli/failure.ts";
import { openProgress, terminalWidth } from "../cli/progress.ts";
import { asOption, type TargetOptions, withSettings, withWorker } from "../cli/script_options.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";

interface Options extends TargetOptions {
  readonly limit: string;
  readonly startTime: string;
  readonly until?: string;
  readonly shouldPushEvents: string;
  readonly format?: Format;
}

const { limit, start_time, should_push_events } = GET_EVENTS_DEFAULTS;

const command = withSettings(withWorker(
  scriptCommand("get-events", "Reads LivePerson's audit events, oldest first, and shows them.", [
    '--start-time "2 hours ago" --limit 20',
    "--start-time yesterday --until today --limit 10000 --format csv > events.csv",
    "--url https://collector.example.workers.dev --json",
  ])
    .option("--limit <count>", "the most events, up to 10,000", limit)
    .option("--start-time <time>", "ISO 8601, or a time such as 2 weeks ago or today", start_time)
    .option(
      "--until <time>",
      "the end, exclusive, written like --start-time (default: the newest event)",
    )
    .addOption(
      new Option("--should-push-events [boolean]", `also push the events to ${ANY_DESTINATION}`)
        .preset("true").default(should_push_events),
    )
    .addOption(
      new Option("--format <format>", "(default: table on a terminal, else json)").choices(FORMATS),
    ),
)).addHelpText(
  "after",
  "\nThe table is cut to the terminal's width; csv and json have every field. ecs and ocsf are" +
    "\nJSON, with the events in the Elastic Common Schema or in OCSF." +
    "\nExit code: 0 done, 1 failed, 2 bad usage, 130 Ctrl-C.",
);

async function main(options: Options): Promise<number> {
  const nowMs = Date.now();
  const { format: _, ...args } = readGetEventsArguments(
    {
      limit: options.limit,
      start_time: options.startTime,
      should_push_events: options.shouldPushEvents,
      ...(options.until !== undefined && { end_time: options.until }),
    },
    nowMs,
    (argument) => argument === "end_time" ? "--until" : asOption(argument),
  );
  const as = formatOf(options);
  using stop = listenForStop();
  const found = await Promise.race([stop.wait, read(options, args, stop)]);
  if (found === undefined) {
    const pushed = args.push ? " Some of the events may have been pushed." : "";
    console.error(`Interrupted.${pushed}`);
    return INTERRUPTED;
  }
  const text = format(found, as, terminalWidth(), stdoutColours(), nowMs);
  if (text !== "") console.log(text);
  if (found.more && (as === "csv" || as === "ndjson")) {
    console.error("There are more events: raise --limit, or continue from the last one.");
  }
  return DONE;
}

function formatOf({ json, format }: Options): Format {
  if (format === "ecs" || format === "ocsf") return format;
  if (json) return "json";
  return format ?? (Deno.stdout.isTerminal() ? "table" : "json");
}

async function read(
  options: Options,
  args: GetEventsArguments,
  stop: StopSignal,
): Promise<FoundEvents> {
  using progress = openProgress(!Deno.stderr.isTerminal());
  const say = options.json ? () => {} : (line: string) => console.error(line);
  await using target = await openToRead(options, { say, stop });
  progress.show(null, "Reading the audit trail");
  const { account, destination } = options;
  const named = { account, destination };
  const pipelines = await target.pipelines();
  const chosen = args.push
    ? [onePipeline(pipelines, named, IN_OPTIONS)]
    : pipelinesOfOneAccount(pipelines, named, IN_OPTIONS);
  return await target.getEvents(chosen, args);
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
