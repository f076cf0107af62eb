/** The command line of a script: options by commander, and exit code 2 for bad usage. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { problemOf } from "../../src/http/routing/problems.ts";
import { VERSION } from "../../src/version.ts";
import { failure } from "./failure_json.ts";

/** Exit codes of every script. */
export const DONE = 0;
export const FAILED = 1;
export const BAD_USAGE = 2;
/** Interrupted by Ctrl-C before the work was done. */
export const INTERRUPTED = 130;

/** A command that takes no arguments besides its options. `examples`: the options of each. */
export function scriptCommand(
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const command = `deno task ${name}`;
  return new Command(command)
    .description(description)
    .addHelpText(
      "after",
      `\nExamples:\n${examples.map((one) => `  ${command} ${one}`.trimEnd()).join("\n")}`,
    )
    .helpOption("-h, --help", "show this help")
    .configureHelp({ helpWidth: 100 })
    .allowExcessArguments(false)
    .exitOverride();
}

/** Reads the options; help and the version end the process with 0, bad usage with 2. */
export function readOptions<T>(command: Command, args: readonly string[]): T {
  // a release is told its version
  if (!command.options.some(({ long }) => long === "--version")) {
    command.version(VERSION, "-V, --version", "show the version");
  }
  const json = args.includes("--json");
  if (json) command.configureOutput({ outputError() {} });
  try {
    return command.parse(args, { from: "user" }).opts<T & Record<string, unknown>>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) Deno.exit(DONE);
    const detail = error.message.replace(/^error: /, "");
    if (json) console.log(JSON.stringify(failure(problemOf("arguments_invalid", detail))));
    Deno.exit(BAD_USAGE);
  }
}

/** An option's parser: a whole number within these bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** An option's parser: some of these names, separated by commas, in this order, or `all`. */
export function someOf<Name extends string>(
  all: readonly Name[],
): (text: string) => readonly Name[] {
  return (text) => {
    const given = text === "all" ? all : text.split(",");
    if (given.every((name) => (all as readonly string[]).includes(name))) {
      return all.filter((name) => given.includes(name));
    }
    throw new InvalidArgumentError(
      `It must be all, or some of ${all.join(", ")}, separated by commas.`,
    );
  };
}

/** An option's parser: text in which every character is allowed by the pattern. */
export function textLike(pattern: RegExp, rule: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`It must be ${rule}.`);
  };
}
