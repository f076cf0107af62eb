/** All collectors together, one for each pipeline, and calls to all of them at once. */
import pMap from "p-map";
import { CollectorError } from "../errors.ts";
import type { Arguments, CollectorService, Method, Outcome, Value } from "./service.ts";

export interface Collectors {
  readonly ids: readonly string[];
  /** The collector of one of `ids`. */
  readonly of: (id: string) => CollectorService;
  /** Makes the same call of each; the outcomes are in the order of `ids`. */
  readonly all: AskAll;
}

export type AskAll = <M extends Method>(
  method: M,
  ...args: Arguments<M>
) => Promise<readonly Outcome<Value<M>>[]>;

/** How many collectors are asked at the same time. */
export const CONCURRENCY = 6;

/** Asks each collector, a few at a time. A slow or failing one doesn't hold up the others. */
export function askEach(ids: readonly string[], of: Collectors["of"]): AskAll {
  return (method, ...args) =>
    pMap(ids, (id) => of(id)[method](...args), { concurrency: CONCURRENCY });
}

/**
 * The account that is meant: the named one, or the only one.
 * @throws {CollectorError} `arguments_invalid`
 */
export function chooseAccount(ids: readonly string[], named: string | undefined): string {
  const known = ids.length > 10 ? `${ids.slice(0, 10).join(", ")}, …` : ids.join(", ");
  if (named === undefined && ids.length === 1) return ids[0];
  if (named === undefined) {
    throw new CollectorError("arguments_invalid", {
      detail:
        `There are ${ids.length} accounts: name one with ?account=. The accounts are: ${known}.`,
    });
  }
  if (!ids.includes(named)) {
    throw new CollectorError("arguments_invalid", {
      detail: `There is no account ${
        JSON.stringify(named.slice(0, 40))
      }. The accounts are: ${known}.`,
    });
  }
  return named;
}
