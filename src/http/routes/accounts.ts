/** Which collectors a request is about. */
import * as v from "valibot";
import { chooseAccount, type Collectors } from "../../collector/fleet.ts";
import type { CollectorService } from "../../collector/service.ts";
import { account, inQuery } from "../routing/arguments.ts";
import type { Asked } from "../routing/route.ts";

/** The account that a request names. */
export interface NamedAccount {
  readonly account?: string;
}

/** The only argument of most routes. */
export const ACCOUNT = inQuery<NamedAccount>(v.object({ account }));

/**
 * The collector of the named account, or of the only one.
 * @throws {CollectorError} `arguments_invalid`, `configuration_invalid`
 */
export function collectorOf({ args, connect }: Asked<NamedAccount>): CollectorService {
  const collectors = connect();
  return collectors.of(chooseAccount(collectors.ids, args.account));
}

/**
 * All collectors, if there are several and none is named.
 * @throws {CollectorError} `configuration_invalid`
 */
export function several({ args, connect }: Asked<NamedAccount>): Collectors | null {
  if (args.account !== undefined) return null;
  const collectors = connect();
  return collectors.ids.length > 1 ? collectors : null;
}
