/** Tests the real connection of each account before anything is deployed. */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { stdoutColours } from "../cli/colours.ts";
import { stepLines, testEach } from "../cli/connection_steps.ts";
import { scriptLog } from "../cli/script_log.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { openLocalTarget } from "../target/local_target.ts";
import { Interrupted } from "./wrangler.ts";

/** @throws {AnsweredProblem} of the first step that fails @throws {Interrupted} */
export async function testAccounts(
  settings: Readonly<Record<string, string>>,
  say: (line: string) => void,
  stop: StopSignal,
): Promise<void> {
  say("Testing the connection ...");
  await using target = await openLocalTarget({
    variables: settings,
    kvPath: undefined,
    log: scriptLog(say),
    stop: stop.signal,
  });
  const tested = await testEach(target, await target.pipelines());
  if (stop.stopped) throw new Interrupted("Interrupted during the test. Nothing was deployed.");
  for (const account of tested) say(stepLines(account, stdoutColours()).join("\n"));
  const failed = tested.find((account) => !account.ok);
  if (failed === undefined) return;
  throw new AnsweredProblem({
    ...failed.steps.find((step) => step.problem !== undefined)!.problem!,
    account: failed.account,
  });
}
