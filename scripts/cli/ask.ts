/** Asks on the terminal whether to go on. */
import { confirm } from "@clack/prompts";
import { usageError } from "./failure.ts";

/** True if somebody can be asked. */
export function canAsk(json: boolean): boolean {
  return !json && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Ctrl-C is a no. */
export async function isConfirmed(message: string): Promise<boolean> {
  return await confirm({ message, initialValue: false }) === true;
}

/**
 * True if somebody confirms `what`, now or with `--yes`.
 * @throws {CollectorError} `arguments_invalid` when nobody can be asked
 */
export async function askFirst(
  what: string,
  { yes, json }: { readonly yes?: true; readonly json?: true },
): Promise<boolean> {
  if (yes) return true;
  if (!canAsk(json ?? false)) throw usageError(`${what} Use --yes if you want that.`);
  return await isConfirmed(`${what} Do you want that?`);
}
