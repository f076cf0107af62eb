/** The settings of a script: environment variables, and those of a file, over which they take precedence. */
import { SETTING_NAMES } from "../../src/deno/host_settings.ts";
import { CollectorError } from "../../src/errors.ts";
import { readSettingsFile } from "../../src/settings/settings_file.ts";

export type Variables = Record<string, string | undefined>;

export const DEFAULT_FILE = ".dev.vars";

/**
 * The environment takes precedence over the file. Without `path` that is `.dev.vars` in the current folder,
 * if there is one. Probable mistakes in the file are reported on standard error.
 * @throws {CollectorError} `arguments_invalid` when the file that was asked for can't be read
 */
export function readVariables(
  path: string | undefined,
  mustExist = path !== undefined,
): Variables {
  return { ...readFile(path ?? DEFAULT_FILE, mustExist), ...Deno.env.toObject() };
}

function readFile(path: string, mustExist: boolean): Variables {
  try {
    const { variables, problems } = readSettingsFile(Deno.readTextFileSync(path), SETTING_NAMES);
    for (const { line, problem } of problems) {
      console.error(`warning: ${path}, line ${line}: ${problem}.`);
    }
    return variables;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !mustExist) return {};
    throw new CollectorError("arguments_invalid", {
      detail: `The settings file ${path} can't be read: ${(error as Error).name}.`,
      cause: error,
    });
  }
}
