/**
 * The host's variables: those in `.dev.vars` in the current folder, and those of the environment, which
 * take precedence. Reads the file, and passes the proxy variables in it on to Deno.
 */
import { CollectorError } from "../errors.ts";
import { readSettingsFile, type SettingsFile } from "../settings/settings_file.ts";
import { HOST_VARIABLES, SETTING_NAMES } from "./host_settings.ts";
import { PROXY_VARIABLES } from "./http_clients.ts";

export const SETTINGS_FILE = ".dev.vars";

export interface HostVariables extends Pick<SettingsFile, "problems"> {
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** @throws {CollectorError} `configuration_invalid` when there is a file that can't be read */
export function readHostVariables(): HostVariables {
  const { variables, problems } = readFile();
  for (const name of PROXY_VARIABLES) {
    const value = variables[name];
    if (value !== undefined && Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
  const given = HOST_VARIABLES.map((name) => [name, Deno.env.get(name) ?? variables[name]]);
  return { variables: Object.fromEntries(given), problems };
}

function readFile(): SettingsFile {
  try {
    return readSettingsFile(Deno.readTextFileSync(SETTINGS_FILE), SETTING_NAMES);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return { variables: {}, problems: [] };
    throw new CollectorError("configuration_invalid", {
      detail: `${SETTINGS_FILE} can't be read: ${(cause as Error).name}.`,
      cause,
    });
  }
}
