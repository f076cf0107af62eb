/** `deno task start-over`: forgets the cursor of one pipeline, so that the next run begins at FIRST_FETCH. */
import { roughly } from "../../src/format.ts";
import { onePipeline } from "../../src/pipelines/choose.ts";
import { labelsOf, type Pipeline } from "../../src/pipelines/pipeline.ts";
import { openTarget } from "../target/open_target.ts";
import { IN_OPTIONS, isProblem, namedAs, type Target } from "../target/target.ts";
import { askFirst } from "../cli/ask.ts";
import { DONE, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd } from "../cli/failure.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop } from "../cli/stop_signal.ts";

interface Options extends TargetOptions {
  readonly yes?: true;
}

const command = withTarget(
  scriptCommand("start-over", "Makes the next run begin at FIRST_FETCH again.", [
    "--url https://collector.example.workers.dev",
    "--kv-path ./data/collector.db --account 12345678 --destination xsiam --yes",
  ]).option("--yes", "start over without asking"),
).addHelpText(
  "after",
  "\nExit code: 0 done, 1 failed, 2 bad usage, 130 Ctrl-C or not confirmed.",
);

async function main(options: Options): Promise<number> {
  const { account, destination, json } = options;
  using stop = listenForStop();
  await using target = await openTarget(options, { say: console.error, stop, absent: "refused" });
  const pipeline = onePipeline(await target.pipelines(), { account, destination }, IN_OPTIONS);
  if (!await askFirst(await whatHappens(target, pipeline), options)) {
    console.error("Nothing was done.");
    return INTERRUPTED;
  }
  await target.forgetCursor(pipeline);
  console.log(
    json
      ? JSON.stringify({ ok: true, ...labelsOf(pipeline), cursor: null })
      : `${pipeline.account}: the cursor is forgotten. The next run begins at FIRST_FETCH.`,
  );
  return DONE;
}

async function whatHappens(target: Target, pipeline: Pipeline): Promise<string> {
  const [status] = await target.status(namedAs(pipeline));
  const lag = isProblem(status) ? null : status.lagSeconds;
  const where = pipeline.destination === null ? "" : `, to ${pipeline.destination.kind}`;
  const sofar = lag === null ? "" : ` Everything up to ${roughly(lag)} ago has been read.`;
  return `Account ${pipeline.account}${where}, in ${target.name}:${sofar} The cursor is forgotten. ` +
    "The next run begins at FIRST_FETCH, and events since then are pushed again, with the same " +
    "event_id. This can't be undone.";
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
