/**
 * Which pipelines are meant by the account and the destination that somebody named. Either may be left out
 * if there is only one. Pure.
 */
import { CollectorError } from "../errors.ts";
import type { Pipeline } from "./pipeline.ts";

export interface Named {
  readonly account?: string;
  /** The id of its kind. */
  readonly destination?: string;
}

/** How an account and a destination are named there. */
export interface Ways {
  readonly account: string;
  readonly destination: string;
}

const IN_QUERY: Ways = { account: "?account=", destination: "?destination=" };

/** The most names that are listed in an error. */
const MAX_LISTED = 10;

/**
 * Those that have the named account and destination; at least one.
 * @throws {CollectorError} `arguments_invalid`, if there is no such account or destination
 */
export function pipelinesOf(pipelines: readonly Pipeline[], named: Named): readonly Pipeline[] {
  const { account, destination } = named;
  const ofAccount = pipelines.filter((one) => account === undefined || one.account === account);
  if (ofAccount.length === 0) {
    const accounts = listed(accountsOf(pipelines));
    throw invalid(`There is no account ${quoted(account!)}. The accounts are: ${accounts}.`);
  }
  const chosen = ofAccount.filter((one) =>
    destination === undefined || one.destination?.kind === destination
  );
  if (chosen.length > 0) return chosen;
  const whose = account === undefined ? "There is" : `Account ${account} has`;
  const kinds = kindsOf(ofAccount);
  throw invalid(
    kinds.length === 0
      ? `${whose} no destination.`
      : `${whose} no destination ${quoted(destination!)}. The destinations are: ${listed(kinds)}.`,
  );
}

/**
 * The same, but all of one account.
 * @throws {CollectorError} `arguments_invalid`, also if several accounts could be meant
 */
export function pipelinesOfOneAccount(
  pipelines: readonly Pipeline[],
  named: Named,
  ways: Ways = IN_QUERY,
): readonly Pipeline[] {
  const chosen = pipelinesOf(pipelines, named);
  const accounts = accountsOf(chosen);
  if (accounts.length === 1) return chosen;
  throw invalid(
    `There are ${accounts.length} accounts: select one with ${ways.account}. ` +
      `The accounts are: ${listed(accounts)}.`,
  );
}

/**
 * The only one that can be meant.
 * @throws {CollectorError} `arguments_invalid`, also if several could be
 */
export function onePipeline(
  pipelines: readonly Pipeline[],
  named: Named,
  ways: Ways = IN_QUERY,
): Pipeline {
  const chosen = pipelinesOfOneAccount(pipelines, named, ways);
  if (chosen.length === 1) return chosen[0];
  throw invalid(
    `Account ${chosen[0].account} has ${chosen.length} destinations: select one with ` +
      `${ways.destination}. The destinations are: ${listed(kindsOf(chosen))}.`,
  );
}

/** Each account once. */
export function accountsOf(pipelines: readonly Pipeline[]): readonly string[] {
  return [...new Set(pipelines.map(({ account }) => account))];
}

function kindsOf(pipelines: readonly Pipeline[]): readonly string[] {
  return [...new Set(pipelines.flatMap(({ destination }) => destination?.kind ?? []))];
}

function listed(names: readonly string[]): string {
  return names.length > MAX_LISTED
    ? `${names.slice(0, MAX_LISTED).join(", ")}, …`
    : names.join(", ");
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

function invalid(detail: string): CollectorError {
  return new CollectorError("arguments_invalid", { detail });
}
