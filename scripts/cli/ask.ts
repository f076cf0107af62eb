/** Asks on the terminal whether to go on. */
import { confirm } from "@clack/prompts";

/** True if somebody can be asked. */
export function canAsk(json: boolean): boolean {
  return !json && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Ctrl-C is a no. */
export async function isConfirmed(message: string): Promise<boolean> {
  return await confirm({ message, initialValue: false }) === true;
}
