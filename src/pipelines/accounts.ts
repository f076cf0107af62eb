/**
 * Which accounts are collected: one, from the settings themselves, or many, from `LIVEPERSON_ACCOUNTS`
 * and its continuations. Pure. A broken account fails only when it is read, so that it never holds up
 * another.
 */
import { KINDS } from "../destinations/catalog.ts";
import type { AnyKind } from "../destinations/kind.ts";
import { CollectorError } from "../errors.ts";
import { LIVEPERSON_SECRETS, LIVEPERSON_URLS } from "../sources/liveperson/settings.ts";
import { type PlatformName, readSettings, SETTING_ROWS, type Settings } from "./settings.ts";

export interface AccountEntry {
  /** The account's id; `#3` for the third of the list if it has none. */
  readonly id: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What is wrong with the entry itself. */
  readonly problems: readonly string[];
  /** What is wrong with the entry for only one destination, by the id of its kind. */
  readonly problemsFor?: Readonly<Record<string, readonly string[]>>;
  /** True if the entry is one of a list: then errors name it. */
  readonly listed: boolean;
}

/**
 * The variables that list accounts. There are twenty because Cloudflare accepts 5 KB per variable, which is
 * some 30 accounts.
 */
export const ACCOUNT_LISTS: readonly string[] = [
  "LIVEPERSON_ACCOUNTS",
  ...Array.from({ length: 19 }, (_, index) => `LIVEPERSON_ACCOUNTS_${index + 2}`),
];

/** A name belongs to one account: the entries of a list do not inherit it. */
const NAME = "LIVEPERSON_ACCOUNT_NAME";

/** What all accounts share: access to the routes, and the list itself. */
const SHARED = [
  "LIVEPERSON_ACCOUNTS",
  "API_TOKEN",
  "API_TOKEN_READ",
  "CLOUDFLARE_ACCESS_TEAM_DOMAIN",
  "CLOUDFLARE_ACCESS_AUDIENCE",
  "CLOUDFLARE_ACCESS_OPERATORS",
  "DELIVER_OPERATOR_ACTIONS",
];

/** What an entry of the list may override: every other setting. */
const OVERRIDABLE = new Set(
  SETTING_ROWS.map((row) => row.name).filter((name) => !SHARED.includes(name)),
);

/**
 * The accounts, not yet validated.
 * @throws {CollectorError} `configuration_invalid` when there is none, or the list can't be read
 */
export function listAccounts(
  variables: Readonly<Record<string, unknown>>,
  platform: PlatformName,
): readonly AccountEntry[] {
  const lists = ACCOUNT_LISTS.filter((name) => text(variables[name]) !== "");
  const shared = Object.fromEntries(
    Object.entries(variables).filter(([name]) => !ACCOUNT_LISTS.includes(name)),
  );
  const ownId = text(shared.LIVEPERSON_ACCOUNT_ID);
  const own: AccountEntry[] = ownId === ""
    ? []
    : [{ id: ownId, variables: shared, problems: [], listed: false }];
  if (lists.length === 0) {
    if (own.length === 0) readSettings(variables, platform); // throws, and names everything that is missing
    return own;
  }
  const entries = new Map<string, AccountEntry>();
  const given = lists.flatMap((name) => parseList(name, text(variables[name])));
  for (const [index, settings] of given.entries()) {
    const entry = readEntry(settings, index, shared);
    if (!entries.has(entry.id)) entries.set(entry.id, entry);
    else {
      const id = `#${index + 1}`;
      entries.set(id, { ...entry, id, problems: [`account ${entry.id} is listed twice`] });
    }
  }
  return [...own.filter(({ id }) => !entries.has(id)), ...entries.values()];
}

/**
 * The settings of an account. `destination`: the kind whose settings count; all kinds' if left out.
 * @throws {CollectorError} `configuration_invalid`, naming every bad setting
 */
export function readAccount(
  entry: AccountEntry,
  platform: PlatformName,
  destination?: string,
): Settings {
  try {
    const { problemsFor = {} } = entry;
    const ofDestinations = destination === undefined
      ? Object.values(problemsFor).flat()
      : problemsFor[destination] ?? [];
    const problems = [...entry.problems, ...ofDestinations];
    if (problems.length > 0) throw invalid(problems);
    return readSettings(entry.variables, platform, destination);
  } catch (error) {
    if (!entry.listed || !(error instanceof CollectorError)) throw error;
    throw new CollectorError("configuration_invalid", {
      detail: `Account ${entry.id}: ${error.details.detail}`,
    });
  }
}

/** What people call the account; undefined if it has no name. */
export function accountNameOf({ variables }: AccountEntry): string | undefined {
  return text(variables[NAME]) || undefined;
}

function readEntry(
  given: unknown,
  index: number,
  shared: Readonly<Record<string, unknown>>,
): AccountEntry {
  const listed = true;
  const anonymous = { id: `#${index + 1}`, variables: {}, listed };
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { ...anonymous, problems: ["it is not an object of settings"] };
  }
  const unknown = Object.keys(given)
    .filter((name) => !OVERRIDABLE.has(name))
    .map((name) => `there is no setting ${JSON.stringify(name)} that an account may have`);
  const overrides = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, text(value)]),
  );
  const off = new Set(KINDS.filter((kind) => isSwitchedOff(kind, overrides)).flatMap(namesOf));
  const variables = Object.fromEntries(
    Object.entries({ ...shared, [NAME]: undefined, ...overrides })
      .filter(([name]) => !off.has(name)),
  );
  const id = text((given as Record<string, unknown>).LIVEPERSON_ACCOUNT_ID);
  if (id === "") return { ...anonymous, problems: ["LIVEPERSON_ACCOUNT_ID is not set"] };
  return {
    id,
    variables,
    problems: [...unknown, ...strayed(LIVEPERSON, overrides, shared)],
    problemsFor: Object.fromEntries(
      KINDS.map((kind) => [kind.id, strayed(kind, overrides, shared)]),
    ),
    listed,
  };
}

/** Where LivePerson's secrets are sent, and which secrets these are. */
const LIVEPERSON = { urls: LIVEPERSON_URLS, secrets: LIVEPERSON_SECRETS };

/**
 * What is wrong if the entry has its own server: the secrets for it must be its own too, or those of other
 * accounts would be sent there. An empty value means none.
 */
function strayed(
  { urls, secrets }: Pick<AnyKind, "urls" | "secrets">,
  overrides: Readonly<Record<string, string>>,
  shared: Readonly<Record<string, unknown>>,
): string[] {
  const url = urls.find((name) =>
    (overrides[name] ?? "") !== "" && overrides[name] !== text(shared[name])
  );
  if (url === undefined) return [];
  return secrets.filter((name) =>
    !urls.includes(name) && !(name in overrides) && text(shared[name]) !== ""
  ).map((name) =>
    `${url} is the account's own, so ${name} must be too: the other one is a secret for another server`
  );
}

/**
 * True if the entry gives settings that the destination requires, and all of them are empty: so an empty
 * value switches off a destination that all other accounts have.
 */
function isSwitchedOff(kind: AnyKind, overrides: Readonly<Record<string, string>>): boolean {
  const needed = [...Object.keys(kind.needed), kind.binding ?? ""].filter((name) =>
    name in overrides
  );
  return needed.length > 0 && needed.every((name) => overrides[name] === "");
}

function namesOf(kind: AnyKind): readonly string[] {
  return Object.keys(kind.settings);
}

function parseList(name: string, json: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    // refused below
  }
  if (Array.isArray(list) && list.length > 0) return list;
  throw invalid([`${name} must be a JSON list of objects, one for each account`]);
}

function invalid(problems: readonly string[]): CollectorError {
  return new CollectorError("configuration_invalid", {
    detail: problems.map((problem) => `${problem}.`).join(" "),
  });
}

/** A setting that is itself a JSON object may also be given as an object in a list. */
function text(value: unknown): string {
  if (value === undefined || value === null) return "";
  return (typeof value === "object" ? JSON.stringify(value) : String(value)).trim();
}
