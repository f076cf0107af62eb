/** The commands to continue with after a script has ended. Pure. */
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { iso } from "../../src/engine/time.ts";
import type { TargetOptions } from "../cli/script_options.ts";

/** Resumes exactly the same range: by then, a relative time would mean a different one. */
export function resumeCommand({ fromMs, toMs }: BackfillRange, options: TargetOptions): string {
  return `deno task backfill --from ${iso(fromMs)} --to ${iso(toMs)}${targetArguments(options)}`;
}

export function followCommand(options: TargetOptions): string {
  return `deno task status --watch${targetArguments(options)}`;
}

/** Without the token, which must not be shown. */
function targetArguments(options: TargetOptions): string {
  const { local, kvPath, url, account, destination, settingsFile } = options;
  const given = {
    ...{ "--kv-path": kvPath, "--url": url, "--account": account },
    ...{ "--destination": destination, "--settings-file": settingsFile },
  };
  const where = local && kvPath === undefined ? " --local" : "";
  return where + Object.entries(given).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name} ${value}`).join("");
}
