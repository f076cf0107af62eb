/** `deno task export`: writes what the collector has stored to a file, to move to another platform. */
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { StateRow } from "../../src/collector/records/moved_state.ts";
import { count } from "../../src/format.ts";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd, usageError } from "../cli/failure.ts";
import { type TargetOptions, withTarget } from "../cli/script_options.ts";
import { listenForStop } from "../cli/stop_signal.ts";
import { openTarget } from "../target/open_target.ts";
import type { Target } from "../target/target.ts";
import { writeStates } from "./state_file.ts";

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
  const { to, account, destination, json } = options;
  if (to === undefined) throw usageError("--to is missing.");
  using stop = listenForStop();
  const around = { say: console.error, stop, absent: "refused", isPaused: true } as const;
  await using target = await openTarget(options, around);
  const states = [];
  for (const pipeline of pipelinesOf(await target.pipelines(), { account, destination })) {
    const { account, destination } = pipeline;
    states.push({
      account,
      destination: destination?.kind ?? null,
      rows: await allRows(target, pipeline),
    });
  }
  await writeStates(to, states);
  const rows = states.reduce((sum, state) => sum + state.rows.length, 0);
  console.log(
    json
      ? JSON.stringify({ ok: true, file: to, pipelines: states.length, rows })
      : `${to} has ${
        count(rows, "row")
      }. It may hold events: keep it safe, and let nothing collect here any more.`,
  );
  return DONE;
}

async function allRows(target: Target, pipeline: Pipeline): Promise<StateRow[]> {
  const rows: StateRow[] = [];
  for (let after: string | null = null;;) {
    const page = await target.exportState(pipeline, after);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
  }
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
