/** `deno task export`: writes what the collector has stored to a file, to move to another platform. */
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import { count } from "../../src/format.ts";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd } from "../cli/failure.ts";
import { mustBeWritable, namedPath } from "../cli/paths.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop } from "../cli/stop_signal.ts";
import { openTarget } from "../target/open_target.ts";
import { readState } from "./read_state.ts";
import { rowsIn, writeStates } from "./state_file.ts";

interface Options extends TargetOptions {
  readonly to?: string;
}

const command = withTarget(
  scriptCommand("export", "Writes the collector's state to a file, to move it elsewhere.", [
    "--url https://collector.example.workers.dev --to state.json",
    "--kv-path ./data/collector.db --to state.json",
  ]).option("--to <file>", "where to write it"),
).addHelpText("after", "\nExit code: 0 done, 1 failed, 2 bad usage.");

async function main(options: Options): Promise<number> {
  const { account, destination, json } = options;
  const to = namedPath("--to", options.to);
  await mustBeWritable(to);
  using stop = listenForStop();
  const around = { say: console.error, stop, absent: "refused", isPaused: true } as const;
  await using target = await openTarget(options, around);
  const states = [];
  for (const pipeline of pipelinesOf(await target.pipelines(), { account, destination })) {
    const { account, destination } = pipeline;
    states.push({
      account,
      destination: destination?.kind ?? null,
      pages: await readState(target, pipeline),
    });
  }
  await writeStates(to, states);
  const rows = rowsIn(states);
  console.log(
    json
      ? JSON.stringify({ ok: true, from: target.name, file: to, pipelines: states.length, rows })
      : `${to} has ${count(rows, "row")} from ${target.name}. It may hold events: keep it safe, ` +
        "and let nothing collect there any more.",
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
