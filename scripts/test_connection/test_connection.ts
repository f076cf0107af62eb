/**
 * `deno task test-connection`: the Test button. It tries each step on the way from LivePerson's audit
 * trail to the destinations, shows the result and what to do, and stores nothing.
 */
import { openDenoCollectors } from "../../src/deno/collectors.ts";
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, FAILED, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { stepLines, testEach, type TestedAccount } from "../cli/connection_steps.ts";
import { runToEnd } from "../cli/failure.ts";
import { openProgress } from "../cli/progress.ts";
import { scriptLog } from "../cli/script_log.ts";
import { type SettingsOptions, withSettings } from "../cli/script_options.ts";
import { readVariables } from "../cli/settings_file.ts";
import { listenForStop } from "../cli/stop_signal.ts";

const command = withSettings(
  scriptCommand(
    "test-connection",
    "Tries each step on the way from LivePerson to the destinations.",
  ),
).addHelpText(
  "after",
  "\nExit code: 0 all steps succeeded, 1 a step failed, 2 bad usage, 130 Ctrl-C.",
);

async function main(options: SettingsOptions): Promise<number> {
  using stop = listenForStop();
  const tested = await Promise.race([stop.wait, test(options)]);
  if (tested === undefined) return INTERRUPTED;
  const ok = tested.every((account) => account.ok);
  if (options.json) {
    console.log(JSON.stringify(tested.length === 1 ? tested[0] : { ok, accounts: tested }));
  } else {
    const colours = stdoutColours();
    for (const account of tested) console.log(stepLines(account, colours).join("\n"));
  }
  return ok ? DONE : FAILED;
}

/** Tests what is chosen, or all. @throws {CollectorError} when there is none */
async function test(options: SettingsOptions): Promise<readonly TestedAccount[]> {
  const { account, destination, envFile, json } = options;
  using progress = openProgress(!Deno.stderr.isTerminal());
  progress.show(null, "Testing the connection");
  const collectors = await openDenoCollectors({
    variables: readVariables(envFile),
    kvPath: undefined,
    log: scriptLog(json ? () => {} : Deno.stderr.isTerminal() ? progress.say : console.error),
  });
  try {
    const chosen = pipelinesOf(collectors.pipelines, { account, destination });
    return await testEach(collectors, chosen);
  } finally {
    await collectors.close();
  }
}

if (import.meta.main) {
  const options = readOptions<SettingsOptions>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
