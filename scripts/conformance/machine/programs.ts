/** The programs that receivers are fetched and built with. Runs them. */
import { stripVTControlCharacters } from "node:util";
import { exactly } from "../../../src/format.ts";
import { LeftOut, notStarted } from "./left_out.ts";

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: three minutes. */
  readonly timeoutMs?: number;
}

const THREE_MINUTES_MS = 180_000;

/**
 * Runs a program to its end, and returns what it printed on both outputs.
 * @throws {LeftOut} when there is no such program, it fails, or takes longer than `timeoutMs`
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs = THREE_MINUTES_MS }: RunOptions = {},
): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args],
      cwd,
      env,
      stdin: "null",
      signal,
    }).output();
  } catch (error) {
    throw notStarted(program, error);
  }
  if (signal.aborted) throw new LeftOut(`${program} took longer than ${exactly(timeoutMs)}`);
  const printed = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes))
    .join("\n");
  if (!output.success) throw new LeftOut(`${program} failed: ${whatWentWrong(printed)}`);
  return printed;
}

/** The most informative line: the first one about an error, or the last. */
export function whatWentWrong(printed: string): string {
  const lines = stripVTControlCharacters(printed).split("\n")
    .map((line) => line.trim()).filter((line) => line !== "");
  return lines.find((line) => /\berror\b|refused|forbidden|not found/i.test(line)) ??
    lines.at(-1) ?? "it printed nothing";
}
