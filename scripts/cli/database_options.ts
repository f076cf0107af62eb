/** Options of the scripts that work on the database file itself. Reads the settings. */
import type { Command } from "commander";
import { DEFAULT_KV_PATH, withSettingsFile } from "./script_options.ts";
import { namedPath } from "./paths.ts";
import { readVariables, type Variables } from "./settings_file.ts";

export interface DatabaseOptions {
  readonly kvPath?: string;
  readonly settingsFile?: string;
  readonly json?: true;
}

export function withDatabase(command: Command): Command {
  command.option("--kv-path <path>", `the database (default: DENO_KV_PATH, or ${DEFAULT_KV_PATH})`);
  return withSettingsFile(command, "settings file (default: .dev.vars)")
    .option("--json", "print JSON for machines");
}

/** @throws {CollectorError} `arguments_invalid` when the settings file that was named can't be read */
export function databasePath(options: DatabaseOptions): string {
  return kvPathOf(options, readVariables(options.settingsFile));
}

/** @throws {CollectorError} `arguments_invalid` when the option is empty */
export function kvPathOf(
  { kvPath }: Pick<DatabaseOptions, "kvPath">,
  { DENO_KV_PATH }: Variables,
): string {
  return kvPath === undefined
    ? DENO_KV_PATH?.trim() || DEFAULT_KV_PATH
    : namedPath("--kv-path", kvPath);
}
