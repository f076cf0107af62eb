/**
 * `deno task test-connection`: the Test button. It tests each step on the way from LivePerson's audit trail
 * to the destinations, as the next run of this state or of a deployed Worker would, and shows the result
 * and what to do.
 */
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, FAILED, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { stepLines, testEach, type TestedAccount } from "../cli/connection_steps.ts";
import { runToEnd } from "../cli/failure.ts";
import { failureOfSome } from "../cli/failure_json.ts";
import { openProgress } from "../cli/progress.ts";
import { type TargetOptions, withTarget, withWorkerOfSettings } from "../cli/script_options.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";
import { openTarget } from "../target/open_target.ts";

const command = withTarget(
  scriptCommand(
    "test-connection",
    "Tests each step on the way from LivePerson to the destinations.",
    ["", "--url https://collector.example.workers.dev", "--account 12345678 --json"],
  ),
).addHelpText(
  "after",
  "\nIt tests the hosts and tokens that the state remembers, if there is one, and new ones." +
    "\nExit code: 0 no step failed, 1 a step failed, 2 bad usage, 130 Ctrl-C.",
);

async function main(options: TargetOptions): Promise<number> {
  using stop = listenForStop();
  const tested = await Promise.race([stop.wait, test(options, stop)]);
  if (tested === undefined) return INTERRUPTED;
  const ok = tested.every((account) => account.ok);
  if (options.json) {
    const problems = tested.flatMap(({ steps }) =>
      steps.find(({ problem }) => problem)?.problem ?? []
    );
    console.log(JSON.stringify({
      ...(problems.length > 0 ? failureOfSome(problems, tested.length) : { ok }),
      ...(tested.length === 1 ? tested[0] : { accounts: tested }),
    }));
  } else {
    const colours = stdoutColours();
    for (const account of tested) console.log(stepLines(account, colours).join("\n"));
  }
  return ok ? DONE : FAILED;
}

/** Tests what is chosen, or all. @throws {CollectorError} when there is none */
async function test(
  options: TargetOptions,
  stop: StopSignal,
): Promise<readonly TestedAccount[]> {
  const { account, destination, json } = options;
  using progress = openProgress(!Deno.stderr.isTerminal());
  progress.show(null, "Testing the connection");
  const say = json ? () => {} : Deno.stderr.isTerminal() ? progress.say : console.error;
  await using target = await openTarget(options, { say, stop, absent: "in memory" });
  const pipelines = await target.pipelines();
  return await testEach(target, pipelinesOf(pipelines, { account, destination }));
}

if (import.meta.main) {
  const options = readOptions<TargetOptions>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(withWorkerOfSettings(options)));
}
