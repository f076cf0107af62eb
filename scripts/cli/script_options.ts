/** Options that several scripts have. Pure. */
import type { Command } from "commander";

export interface SettingsOptions {
  readonly envFile?: string;
  readonly account?: string;
  readonly json?: true;
}

/** Where a script works: on a state of this machine, or on a deployed Worker. */
export interface TargetOptions extends SettingsOptions {
  readonly kvPath?: string;
  readonly url?: string;
  readonly token?: string;
}

export const DEFAULT_KV_PATH = "./data/collector.db";

export function withSettings(command: Command): Command {
  return command
    .option("--account <id>", "one of several accounts")
    .option("--env-file <path>", "settings, under those of the environment (default: .dev.vars)")
    .option("--json", "print JSON for machines");
}

export function withTarget(command: Command): Command {
  return withSettings(
    command
      .option("--kv-path <path>", `the state (default: DENO_KV_PATH, or ${DEFAULT_KV_PATH})`)
      .option("--url <url>", "do it on the Worker that is deployed there")
      .option("--token <token>", "the Worker's API_TOKEN (default: API_TOKEN of the settings)"),
  );
}
