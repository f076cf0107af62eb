/** Asks for missing settings on the terminal, and for secrets without an echo. */
import { cancel, confirm, intro, isCancel, password, text } from "@clack/prompts";
import type { NeededSetting } from "./settings.ts";
import { Interrupted } from "./wrangler.ts";

export async function askFor(
  needed: readonly NeededSetting[],
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  if (needed.length > 0) intro("What is not set yet");
  for (const { name, what, secret } of needed) {
    const message = `${what} (${name})`;
    const validate = (value: string | undefined) =>
      value?.trim() ? undefined : "A value is required.";
    const ask = secret ? password : text;
    answers[name] = unlessCancelled<string | symbol>(await ask({ message, validate })).trim();
  }
  return answers;
}

export async function askToGoOn(message: string): Promise<boolean> {
  return unlessCancelled(await confirm({ message }));
}

/** Ctrl-C during a question. */
function unlessCancelled<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel("Nothing was changed.");
  throw new Interrupted("Interrupted during a question.");
}
