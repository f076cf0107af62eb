/** `deno task import`: gives a collector what another one has exported. */
import { count } from "../../src/format.ts";
import { labelsOf, type Pipeline } from "../../src/pipelines/pipeline.ts";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd, scriptProblem } from "../cli/failure.ts";
import { namedPath } from "../cli/paths.ts";
import { wholeName } from "../cli/result_name.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop } from "../cli/stop_signal.ts";
import { targetArguments } from "../cli/target_arguments.ts";
import { type MovedState, readStates, rowsIn } from "../export/state_file.ts";
import { openTarget } from "../target/open_target.ts";
import { importAll } from "./import_all.ts";
import { cursorIn, planImport } from "./import_plan.ts";

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
  const { json = false } = options;
  const states = chosen(await readStates(namedPath("--from", options.from)), options);
  using stop = listenForStop();
  const around = { say: console.error, stop, absent: "made", isPaused: true } as const;
  await using target = await openTarget(options, around);
  const planned = await planImport(target, states, (one) => startOver(one, options));
  await importAll(target, planned, (line) => json || console.log(line));
  const imported = planned.filter(({ isDone }) => !isDone);
  const rows = rowsIn(imported);
  if (json) {
    const each = planned.map(({ pipeline, pages, isDone }) => ({
      ...labelsOf(pipeline),
      outcome: isDone ? "unchanged" : "imported",
      rows: isDone ? 0 : rowsIn([{ pages }]),
    }));
    console.log(
      JSON.stringify({
        ok: true,
        to: target.name,
        pipelines: imported.length,
        rows,
        imported: each,
      }),
    );
  } else {
    const continues = planned.some(({ pages }) => cursorIn(pages) !== null);
    console.log(
      `${count(rows, "row")} imported into ${target.name}.` +
        (continues ? " Collecting continues where it stopped." : ""),
    );
  }
  return DONE;
}

/** @throws {AnsweredProblem} when the file has none of what the options name */
function chosen(
  states: readonly MovedState[],
  { from, account, destination }: Options,
): readonly MovedState[] {
  const meant = states.filter((one) =>
    (account ?? one.account) === one.account && (destination ?? one.destination) === one.destination
  );
  if (meant.length > 0) return meant;
  const has = states.map(wholeName);
  const detail = `${from} has ${has.join(", ") || "nothing at all"}.`;
  throw scriptProblem("export_lacks", detail);
}

/** The command that gives up this pipeline's cursor. */
function startOver(pipeline: Pipeline, options: Options): string {
  const { account, destination } = labelsOf(pipeline);
  const where = options.url === undefined ? { ...options, local: true as const } : options;
  const named = { account, ...(destination !== null && { destination }) };
  return `deno task start-over${targetArguments({ ...where, ...named })}`;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
