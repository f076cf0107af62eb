/**
 * Before a script pushes: a state on this machine doesn't know what a deployed Worker has delivered, so the
 * same events might be delivered twice by mistake. Asks on the terminal.
 */
import { resolve } from "node:path";
import { canAsk, isConfirmed } from "../cli/ask.ts";
import { usageError } from "../cli/failure.ts";
import { isLocal, type TargetOptions } from "../cli/script_options.ts";

/**
 * @throws {CollectorError} `arguments_invalid` when nobody has confirmed, or confirms now, that this state
 * is meant
 */
export async function confirmLocal(options: TargetOptions, kvPath: string): Promise<void> {
  if (isLocal(options)) return;
  const what =
    `This pushes from the state in ${resolve(kvPath)}. That state knows only what was delivered ` +
    "from here: what a Worker has delivered is delivered again.";
  const ways = "Use --url or COLLECTOR_URL for the Worker, or --local for this state.";
  if (canAsk(options.json ?? false) && await isConfirmed(`${what} Do you want that?`)) return;
  throw usageError(`${what} ${ways}`);
}
