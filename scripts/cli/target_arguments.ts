/** The options that name the same target and pipeline in another command, as they are typed in a shell. Pure. */
import type { TargetOptions } from "./script_options.ts";

/** Without the token, which must not be shown. */
export function targetArguments(options: TargetOptions): string {
  const { local, kvPath, url, account, destination, settingsFile } = options;
  const given = {
    ...{ "--kv-path": kvPath, "--url": url, "--account": account },
    ...{ "--destination": destination, "--settings-file": settingsFile },
  };
  const where = local && kvPath === undefined ? " --local" : "";
  return where + Object.entries(given)
    .flatMap(([name, value]) => value === undefined ? [] : [` ${name} ${quoted(value)}`])
    .join("");
}

/** In single quotes, unless no shell would change it. */
export function quoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
