/**
 * What most collectors talk to, simulated: LivePerson and XSIAM; and, in one place, the settings with
 * which a collector reaches them. Loopback only.
 */
import { ACCOUNT_LISTS } from "../../src/pipelines/accounts.ts";
import { type LivePersonOptions, type LivePersonSimulator, startLivePerson } from "./liveperson.ts";
import type { Account } from "./sentinel.ts";
import { startXsiam, type XsiamOptions, type XsiamSimulator } from "./xsiam.ts";

export interface EnvironmentOptions {
  /** The account that the settings name. */
  readonly accounts: readonly Account[];
  /** The token that the collector's routes require. */
  readonly apiToken: string;
  /** LivePerson has the same accounts, unless others are given here. */
  readonly livePerson?: Partial<LivePersonOptions>;
  readonly xsiam: XsiamOptions;
}

type Settings = Readonly<Record<string, string>>;

interface Simulators {
  readonly livePerson: LivePersonSimulator;
  readonly xsiam: XsiamSimulator;
}

/** Where a collector finds each of them: at the simulator, or at something in between. */
type Addresses = Readonly<Record<keyof Simulators, { readonly url: string }>>;

export interface Environment extends Simulators, AsyncDisposable {
  /** Settings for a collector of these accounts. */
  readonly settings: Settings;
  /** The same, with the simulators at other addresses. */
  settingsAt(addresses: Addresses): Settings;
}

/** @throws {Error} `EADDRINUSE` or `EACCES` when a requested port can't be used */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  await using started = new AsyncDisposableStack();
  const livePerson = started.use(
    await startLivePerson({ accounts: options.accounts, ...options.livePerson }),
  );
  const xsiam = started.use(await startXsiam(options.xsiam));
  const settingsAt = (addresses: Addresses): Settings => ({
    ...sourceSettings(options.accounts, addresses.livePerson.url),
    XSIAM_URL: addresses.xsiam.url,
    XSIAM_API_KEY: options.xsiam.apiKey,
    API_TOKEN: options.apiToken,
  });
  const running = started.move();
  return {
    livePerson,
    xsiam,
    settings: settingsAt({ livePerson, xsiam }),
    settingsAt,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The settings with which these accounts are collected from a LivePerson at that URL. */
export function sourceSettings(accounts: readonly Account[], url: string): Settings {
  return {
    ...settingsOfAccounts(accounts),
    LIVEPERSON_DOMAIN_API_URL: url,
    LIVEPERSON_AUTH_SERVER_URL: new URL(url).host,
  };
}

/** The settings of one account, also as an entry of a list of accounts. */
export function settingsOfAccount({ accountId, clientId, clientSecret }: Account): Settings {
  return {
    LIVEPERSON_ACCOUNT_ID: accountId,
    LIVEPERSON_CLIENT_ID: clientId,
    LIVEPERSON_CLIENT_SECRET: clientSecret,
  };
}

/** Accounts in one variable, which has 5 KB on Cloudflare. */
const LISTED_TOGETHER = 25;

/** The variables that list many accounts, each with settings of its own. */
export function listAccounts(accounts: readonly Readonly<Record<string, unknown>>[]): Settings {
  const lists = ACCOUNT_LISTS.map((name, index) => {
    const start = index * LISTED_TOGETHER;
    return [name, accounts.slice(start, start + LISTED_TOGETHER)] as const;
  });
  return Object.fromEntries(
    lists.filter(([, list]) => list.length > 0).map(([name, list]) => [name, JSON.stringify(list)]),
  );
}

function settingsOfAccounts(accounts: readonly Account[]): Settings {
  const [one, ...others] = accounts.map(settingsOfAccount);
  return others.length === 0 ? one : listAccounts([one, ...others]);
}
