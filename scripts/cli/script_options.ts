/** Options that several scripts share. Reads the settings file for the Worker that it names. */
import { type Command, Option } from "commander";
import { KINDS } from "../../src/destinations/catalog.ts";
import { readVariables } from "./settings_file.ts";

export interface SettingsOptions {
  readonly settingsFile?: string;
  readonly account?: string;
  readonly destination?: string;
  readonly json?: true;
}

/** What a script works on: a state on this machine, or a deployed Worker. */
export interface TargetOptions extends SettingsOptions {
  readonly local?: true;
  readonly kvPath?: string;
  readonly url?: string;
}

/**
 * The options, with the Worker of the settings if no other target is named.
 * @throws {CollectorError} `arguments_invalid` when the settings file can't be read
 */
export function withWorkerOfSettings<Options extends TargetOptions>(options: Options): Options {
  const isChosen = options.url !== undefined || isLocal(options);
  const url = isChosen ? "" : readVariables(options.settingsFile).COLLECTOR_URL?.trim() ?? "";
  return url === "" ? options : { ...options, url };
}

/** Is a state on this machine asked for? */
export function isLocal({ local, kvPath }: TargetOptions): boolean {
  return local === true || kvPath !== undefined;
}

/** What an argument of a route is called in a script. */
export function asOption(argument: string): string {
  return `--${argument.replaceAll("_", "-")}`;
}

export const DEFAULT_KV_PATH = "./data/collector.db";

/**
 * The settings file under its option, and under the former one: Node 20 takes that for itself, so `npx`
 * never passes it on.
 */
export function withSettingsFile(
  command: Command,
  description: string,
  byDefault?: string,
): Command {
  return command
    .option("--settings-file <path>", description, byDefault)
    .addOption(new Option("--env-file <path>").hideHelp())
    .on("option:env-file", (path) => command.setOptionValue("settingsFile", path));
}

export function withSettings(command: Command): Command {
  const named = command
    .option("--account <id>", "one of several accounts")
    .option(
      "--destination <id>",
      `one of several destinations: ${KINDS.map(({ id }) => id).join(", ")}`,
    );
  return withSettingsFile(
    named,
    "settings file; the environment takes precedence (default: .dev.vars)",
  )
    .option("--json", "print JSON for machines");
}

export function withTarget(command: Command): Command {
  command
    .option("--local", "use the state on this machine, even if COLLECTOR_URL is set")
    .option(
      "--kv-path <path>",
      `where that state is (default: DENO_KV_PATH, or ${DEFAULT_KV_PATH})`,
    );
  return withSettings(withWorker(command, " (default: COLLECTOR_URL, if set)"));
}

/** `byDefault`: what is used if `--url` is left out, in brackets. */
export function withWorker(command: Command, byDefault = ""): Command {
  return command
    .option(
      "--url <url>",
      `use the collector deployed at this URL, with API_TOKEN of the settings${byDefault}`,
    );
}
