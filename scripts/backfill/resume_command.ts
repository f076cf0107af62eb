/** The commands to continue with after a script has ended. Pure. */
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import { iso } from "../../src/engine/time.ts";
import type { TargetOptions } from "../cli/script_options.ts";
import { targetArguments } from "../cli/target_arguments.ts";

/** Resumes exactly the same range: by then, a relative time would mean a different one. */
export function resumeCommand({ fromMs, toMs }: BackfillRange, options: TargetOptions): string {
  return `deno task backfill --from ${iso(fromMs)} --to ${iso(toMs)}${targetArguments(options)}`;
}

export function followCommand(options: TargetOptions): string {
  return `deno task status --watch${targetArguments(options)}`;
}

export function cancelCommand(options: TargetOptions): string {
  return `deno task backfill --cancel${targetArguments(options)}`;
}
