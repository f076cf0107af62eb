/** Options that several scripts share. Pure. */
import type { Command } from "commander";
import { KINDS } from "../../src/destinations/catalog.ts";

export interface SettingsOptions {
  readonly envFile?: string;
  readonly account?: string;
  readonly destination?: string;
  readonly json?: true;
}

/** What a script works on: a state on this machine, or a deployed Worker. */
export interface TargetOptions extends SettingsOptions {
  readonly kvPath?: string;
  readonly url?: string;
  readonly token?: string;
}

/** What an argument of a route is called in a script. */
export function asOption(argument: string): string {
  return `--${argument.replaceAll("_", "-")}`;
}

export const DEFAULT_KV_PATH = "./data/collector.db";

export function withSettings(command: Command): Command {
  return command
    .option("--account <id>", "one of several accounts")
    .option(
      "--destination <id>",
      `one of several destinations: ${KINDS.map(({ id }) => id).join(", ")}`,
    )
    .option(
      "--env-file <path>",
      "settings file; the environment takes precedence (default: .dev.vars)",
    )
    .option("--json", "print JSON for machines");
}

export function withTarget(command: Command): Command {
  return withSettings(
    command
      .option("--kv-path <path>", `the state (default: DENO_KV_PATH, or ${DEFAULT_KV_PATH})`)
      .option("--url <url>", "use the Worker deployed at this URL")
      .option("--token <token>", "the Worker's API_TOKEN (default: API_TOKEN of the settings)"),
  );
}
