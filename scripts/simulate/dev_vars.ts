/** Settings as a `.dev.vars` file, with which `deno task dev` talks to the simulators. Pure. */

/** Text without quotes, spaces, `#` or `$`, which needs no quotes in `.dev.vars`. */
export const PLAIN_TEXT = /^[\w.~+/=:@-]+$/;

/** One `NAME=value` a line; only FIRST_FETCH has a space, and so quotes. */
export function devVarsFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${PLAIN_TEXT.test(value) ? value : `"${value}"`}`)
    .join("\n");
}
