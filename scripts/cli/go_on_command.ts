/** The commands with which a person goes on after a script has ended. Pure. */
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { iso } from "../../src/engine/time.ts";
import type { PlaceOptions } from "./script_options.ts";

/** The command that goes on with the very same range: a relative time would mean another one by then. */
export function goOnCommand({ fromMs, toMs }: BackfillRange, options: PlaceOptions): string {
  return `deno task backfill --from ${iso(fromMs)} --to ${iso(toMs)}${placeArguments(options)}`;
}

export function followCommand(options: PlaceOptions): string {
  return `deno task status --watch${placeArguments(options)}`;
}

/** Without the token, which nobody needs to see. */
function placeArguments({ kvPath, url, account, envFile }: PlaceOptions): string {
  const given = { "--kv-path": kvPath, "--url": url, "--account": account, "--env-file": envFile };
  return Object.entries(given).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name} ${value}`).join("");
}
