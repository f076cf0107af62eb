/** Which settings a deployment needs, and what of them is missing or wrong. Pure. */
import { Buffer } from "node:buffer";
import { CollectorError } from "../../src/errors.ts";
import { ACCOUNT_LISTS, listAccounts, readAccount } from "../../src/pipelines/accounts.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import type { Variables } from "../cli/settings_file.ts";

export interface NeededSetting {
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  /** Never shown, and asked for without an echo. */
  readonly secret: boolean;
}

/** In the order in which they are asked for. */
const NEEDED: readonly NeededSetting[] = [
  { name: "LIVEPERSON_ACCOUNT_ID", what: "LivePerson account (site) id", secret: false },
  { name: "LIVEPERSON_CLIENT_ID", what: "Client id of the API key", secret: false },
  { name: "LIVEPERSON_CLIENT_SECRET", what: "Client secret of the API key", secret: true },
  { name: "XSIAM_URL", what: "URL of XSIAM's HTTP log collector", secret: false },
  { name: "XSIAM_API_KEY", what: "API key of XSIAM's HTTP log collector", secret: true },
];

/** Source: developers.cloudflare.com, "Workers limits": the size of an environment variable. */
const MOST_BYTES = 5 * 1024;

/** Accounts in a list may bring all of them along: nothing is asked for then. */
export function missingSettings(variables: Variables): readonly NeededSetting[] {
  if (ACCOUNT_LISTS.some((name) => isSet(variables[name]))) return [];
  return NEEDED.filter(({ name }) => !isSet(variables[name]));
}

/**
 * What is uploaded: the settings that are set, and nothing else of the environment.
 * @throws {CollectorError} `configuration_invalid` when a Worker could not run with them
 */
export function deployedSettings(variables: Variables): Record<string, string> {
  const names = new Set([...SETTING_ROWS.map(({ name }) => name), ...ACCOUNT_LISTS]);
  const given = [...names].map((name) => [name, variables[name]] as const)
    .filter((entry): entry is [string, string] => isSet(entry[1]));
  const settings = Object.fromEntries(given);
  const tooLong = given.filter(([, value]) => Buffer.byteLength(value) > MOST_BYTES)
    .map(([name]) => name);
  if (tooLong.length > 0) {
    throw new CollectorError("configuration_invalid", {
      detail: `${tooLong.join(" and ")} ${tooLong.length > 1 ? "have" : "has"} more than 5 KB, ` +
        "which is what Cloudflare takes. Move accounts to LIVEPERSON_ACCOUNTS_2, _3 and so on.",
    });
  }
  for (const entry of listAccounts(settings, "workers")) {
    const { XSIAM_URL, XSIAM_API_KEY } = readAccount(entry, "workers");
    if (XSIAM_URL !== undefined && XSIAM_API_KEY !== undefined) continue;
    throw new CollectorError("configuration_invalid", {
      detail: `Account ${entry.id}: XSIAM_URL and XSIAM_API_KEY are not set.`,
    });
  }
  return settings;
}

/** 256 random bits, as letters, digits, `-` and `_`. */
export function newApiToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
