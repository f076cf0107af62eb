/** Prints on standard output, and notices that nobody reads it any more, as after `| head -1`. */

const utf8 = new TextEncoder();

/**
 * Prints a line. `gone` is called instead if nobody will ever read it: `console.log` says nothing then, and
 * a script that runs until it is stopped would never end.
 */
export function printLine(line: string, gone: () => void): void {
  let rest = utf8.encode(`${line}\n`);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    gone();
  }
}
