/**
 * Runs lines that people are given for a shell and curl. Where there is no curl, as on a bare machine, a
 * stand-in reads the same options, so that no such line is ever left untried. Starts processes.
 */
import { fileURLToPath } from "node:url";
import { runIfThere } from "../scripts/programs/run.ts";

const STAND_IN = fileURLToPath(new URL("curl_stand_in.ts", import.meta.url));

export interface ShellOutcome {
  readonly success: boolean;
  /** On standard output. */
  readonly printed: string;
  /** On both outputs. */
  readonly said: string;
}

/**
 * Runs a line in the folder. One that begins with `curl` is quiet but for errors, and fails unless it is
 * answered with 2xx.
 */
export async function runCurl(
  line: string,
  env: Readonly<Record<string, string>> = {},
  hasCurl = has(),
  folder?: string,
): Promise<ShellOutcome> {
  const options = '--silent --show-error --fail-with-body --noproxy "*" --max-time 30';
  const command = line.trim().replace(/^curl /, `curl ${options} `);
  const run = `"${Deno.execPath()}" run -A --quiet --no-config --no-lock "${STAND_IN}"`;
  const beginning = await hasCurl ? "" : `curl() { ${run} "$@"; }\n`;
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", beginning + command],
    env,
    cwd: folder,
  }).output();
  const [printed, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, printed, said: printed + complaints };
}

async function has(): Promise<boolean> {
  return await runIfThere("curl", ["--version"]) !== null;
}
