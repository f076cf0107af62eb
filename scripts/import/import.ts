/** `deno task import`: gives a collector what another one has exported. */
import { onePipeline } from "../../src/pipelines/choose.ts";
import { count } from "../../src/format.ts";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd } from "../cli/failure.ts";
import { namedPath } from "../cli/paths.ts";
import { type TargetOptions, withTarget } from "../cli/script_options.ts";
import { listenForStop } from "../cli/stop_signal.ts";
import { readStates, rowsIn } from "../export/state_file.ts";
import { openTarget } from "../target/open_target.ts";
import { IN_OPTIONS } from "../target/target.ts";

interface Options extends TargetOptions {
  readonly from?: string;
}

const command = withTarget(
  scriptCommand("import", "Gives a collector the state that another one exported.", [
    "--from state.json --kv-path ./data/collector.db",
    "--from state.json --url https://collector.example.workers.dev",
  ]).option("--from <file>", "the export"),
).addHelpText("after", "\nExit code: 0 done, 1 failed, 2 bad usage.");

async function main(options: Options): Promise<number> {
  const { json } = options;
  const from = namedPath("--from", options.from);
  const states = (await readStates(from)).filter(({ account, destination }) =>
    (options.account ?? account) === account &&
    (options.destination ?? destination) === destination
  );
  using stop = listenForStop();
  const around = { say: console.error, stop, absent: "made", isPaused: true } as const;
  await using target = await openTarget(options, around);
  const pipelines = await target.pipelines();
  const meant = states.map(({ account, destination, pages }) => ({
    pipeline: onePipeline(
      pipelines,
      { account, destination: destination ?? undefined },
      IN_OPTIONS,
    ),
    pages,
  }));
  for (const { pipeline, pages } of meant) {
    for (const page of pages) await target.importState(pipeline, page);
  }
  const rows = rowsIn(states);
  console.log(
    json
      ? JSON.stringify({ ok: true, pipelines: states.length, rows })
      : `${
        count(rows, "row")
      } imported into ${target.name}. Collecting continues where it stopped.`,
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
