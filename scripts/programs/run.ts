/** Runs another program to its end. */

const LIMIT_MS = 300_000;

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program, for five minutes at most, and returns what it printed on standard output.
 * @throws {Deno.errors.NotFound} when there is no such program
 * @throws {Error} when it fails, with what it said
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...options,
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const [printed, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${program} failed: ${complaints.trim() || printed.trim()}`);
  return printed;
}

/** As `run`; null if there is no such program. */
export async function runIfThere(
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string | null> {
  try {
    return await run(program, args, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
