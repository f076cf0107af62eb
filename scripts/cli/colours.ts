/** Colours for the console: only on a terminal, and never when NO_COLOR is set. */
import picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

/** The colours of standard output. */
export function stdoutColours(): Colours {
  return picocolors.createColors(Deno.stdout.isTerminal() && !Deno.noColor);
}
