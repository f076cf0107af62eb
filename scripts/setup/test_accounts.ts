/** Tests the real connection of each account before anything is deployed. */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { openDenoCollectors } from "../../src/deno/collectors.ts";
import { stdoutColours } from "../cli/colours.ts";
import { stepLines, testEach } from "../cli/connection_steps.ts";
import { scriptLog } from "../cli/script_log.ts";

/** @throws {AnsweredProblem} of the first step that fails */
export async function testAccounts(
  settings: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  say("Testing the connection ...");
  const collectors = await openDenoCollectors({
    variables: settings,
    kvPath: undefined,
    log: scriptLog(say),
  });
  try {
    const tested = await testEach(collectors, collectors.pipelines);
    for (const account of tested) say(stepLines(account, stdoutColours()).join("\n"));
    const failed = tested.find((account) => !account.ok);
    if (failed === undefined) return;
    throw new AnsweredProblem({
      ...failed.steps.find((step) => step.problem !== undefined)!.problem!,
      account: failed.account,
    });
  } finally {
    await collectors.close();
  }
}
