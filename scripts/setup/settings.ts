/** Which settings a deployment needs, and which of them are missing or wrong. Pure. */
import { Buffer } from "node:buffer";
import { CollectorError } from "../../src/errors.ts";
import { neededNames } from "../../src/destinations/advice.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import type { AnyKind } from "../../src/destinations/kind.ts";
import { tokenProblems } from "../../src/http/auth/tokens.ts";
import { ACCOUNT_LISTS } from "../../src/pipelines/accounts.ts";
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import type { Variables } from "../cli/settings_file.ts";

export interface NeededSetting {
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  /** Never shown, and asked for without an echo. */
  readonly secret: boolean;
  /** It may be left empty: then it is not set. */
  readonly optional?: true;
}

/** In the order of the questions; those of the destinations follow. */
export const LIVEPERSON_NEEDED: readonly NeededSetting[] = [
  { name: "LIVEPERSON_ACCOUNT_ID", what: "LivePerson account (site) id", secret: false },
  { name: "LIVEPERSON_CLIENT_ID", what: "Client id of the API key", secret: false },
  { name: "LIVEPERSON_CLIENT_SECRET", what: "Client secret of the API key", secret: true },
];

/** What each kind of destination needs. */
export function neededFor({ needed, secrets }: AnyKind): readonly NeededSetting[] {
  return Object.entries(needed as Readonly<Record<string, string>>)
    .map(([name, what]) => ({ name, what, secret: secrets.includes(name) }));
}

/** What a kind of destination has beside what it needs; a binding is not a setting to ask for. */
export function optionalFor(
  { needed, secrets, settings, binding }: AnyKind,
): readonly NeededSetting[] {
  return Object.keys(settings).filter((name) => !(name in needed) && name !== binding)
    .map((name) => ({ name, what: name, secret: secrets.includes(name), optional: true }));
}

/** What destinations need that may be given as an option, because it is no secret. */
export const DESTINATION_OPTIONS = KINDS.flatMap(neededFor).filter(({ secret }) => !secret);

/** Source: developers.cloudflare.com, "Workers limits": the size of an environment variable. */
const MOST_BYTES = 5 * 1024;

/**
 * Accounts in a list may have all of them: then nothing is asked. `bound`: the names of bindings, each of
 * which may be a destination. `chosen`: ids of destinations, although nothing of them may be set.
 */
export function missingSettings(
  variables: Variables,
  bound: readonly string[] = [],
  chosen: readonly string[] = [],
): readonly NeededSetting[] {
  if (listsAccounts(variables)) return [];
  const begun = KINDS.filter((kind) => chosen.includes(kind.id) || isBegun(kind, variables));
  const destinations = begun.length > 0 || KINDS.some(isBoundIn(bound)) ? begun : KINDS.slice(0, 1);
  return [...LIVEPERSON_NEEDED, ...destinations.flatMap(neededFor)]
    .filter(({ name }) => !isSet(variables[name]));
}

/**
 * What is uploaded: the settings that are set, and nothing else from the environment. `bound`: the names
 * of bindings.
 * @throws {CollectorError} `configuration_invalid` when a Worker could not run with them
 */
export function deployedSettings(
  variables: Variables,
  bound: readonly string[] = [],
): Record<string, string> {
  const names = new Set([...SETTING_ROWS.map(({ name }) => name), ...ACCOUNT_LISTS]);
  const given = [...names].map((name) => [name, variables[name]] as const)
    .filter((entry): entry is [string, string] => isSet(entry[1]));
  const settings = Object.fromEntries(given);
  const tooLong = given.filter(([, value]) => Buffer.byteLength(value) > MOST_BYTES)
    .map(([name]) => name);
  if (tooLong.length > 0) {
    throw new CollectorError("configuration_invalid", {
      detail: `${tooLong.join(" and ")} ${tooLong.length > 1 ? "have" : "has"} more than 5 KB, ` +
        "the most that Cloudflare accepts. Move accounts to LIVEPERSON_ACCOUNTS_2, _3 and so on.",
    });
  }
  const bad = tokenProblems(settings);
  if (bad.length > 0) {
    throw new CollectorError("configuration_invalid", {
      detail: bad.map((problem) => `${problem}.`).join(" "),
    });
  }
  for (const entry of listPipelines(settings, "workers")) {
    const { destination } = readPipeline(entry, "workers").pipeline;
    if (destination !== null || KINDS.some(isBoundIn(bound))) continue;
    throw new CollectorError("configuration_invalid", {
      detail: `Account ${entry.account.id}: ${KINDS.map(neededNames).join(", nor ")} are not set.`,
    });
  }
  return settings;
}

/** Accounts in a list may have all that is needed. */
export function listsAccounts(variables: Variables): boolean {
  return ACCOUNT_LISTS.some((name) => isSet(variables[name]));
}

/** True if something that it needs is set. */
export function isBegun(kind: AnyKind, variables: Variables): boolean {
  return neededFor(kind).some(({ name }) => isSet(variables[name]));
}

export function isBoundIn(bound: readonly string[]): (kind: AnyKind) => boolean {
  return ({ binding }) => binding !== undefined && bound.includes(String(binding));
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
