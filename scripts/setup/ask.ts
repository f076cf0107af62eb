/** Asks on the terminal, for secrets without an echo. A value that can't be right is refused at once. */
import { cancel, confirm, isCancel, multiselect, password, text } from "@clack/prompts";
import { whatIsWrong } from "../../src/pipelines/settings.ts";
import type { Problem } from "../../src/problems.ts";
import { problemText } from "../cli/failure.ts";
import type { Asker } from "./interview.ts";
import { Interrupted } from "./wrangler.ts";

export const TERMINAL: Asker = {
  async answer({ name, what, secret, optional = false }, before) {
    const title = what === name ? name : `${what} (${name})`;
    const isKept = secret && before !== undefined;
    const ifEmpty = isKept ? "to keep the one given" : optional ? "if it should not be set" : null;
    const message = ifEmpty === null ? title : `${title}; leave it empty ${ifEmpty}`;
    const validate = (value: string | undefined) => {
      if (!value?.trim()) return ifEmpty === null ? "A value is required." : undefined;
      const wrong = whatIsWrong(name, value);
      return wrong === undefined ? undefined : `It ${wrong}.`;
    };
    const answer = secret
      ? await password({ message, validate })
      : await text({ message, validate, ...(before !== undefined && { initialValue: before }) });
    const given = (unlessCancelled<string | symbol | undefined>(answer) ?? "").trim();
    return given === "" && isKept ? before : given;
  },
  async choose(message, options, least) {
    const hint = least === 0
      ? "Space selects, Enter continues; you may select none"
      : "Space selects, Enter continues";
    return unlessCancelled(
      await multiselect({
        message: `${message} (${hint})`,
        options: options.map(({ id, label }) => ({ value: id, label })),
        required: least > 0,
      }),
    );
  },
  async corrects(problem: Problem) {
    console.error(problemText(problem));
    return unlessCancelled(await confirm({ message: "Correct the answers?" }));
  },
};

export async function askToGoOn(message: string): Promise<boolean> {
  return unlessCancelled(await confirm({ message }));
}

/** Ctrl-C during a question. */
function unlessCancelled<T>(answer: T): Exclude<T, symbol> {
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  cancel("Nothing was changed.");
  throw new Interrupted("Interrupted during a question. Your answers are kept for next time.");
}
