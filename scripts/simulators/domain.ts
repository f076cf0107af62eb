/** LivePerson's Domain API: which host serves an account. Pure. */

import { type Inbound, jsonAnswer, type Outbound } from "./loopback_server.ts";
import type { Account } from "./sentinel.ts";

const SERVICES = new Set(["accountConfigReadOnly", "sentinel"]);

/**
 * Answers where a service of an account lives: `baseURI`, a bare host without a scheme. `account` is
 * `undefined` when there is no such account.
 */
export function answerDomain(
  request: Inbound,
  account: Account | undefined,
  service: string,
  baseURI: string,
): Outbound {
  if (request.query.get("version") !== "1.0") {
    return jsonAnswer(400, { message: "version=1.0 is required" });
  }
  if (account === undefined || !SERVICES.has(service)) {
    return jsonAnswer(404, { message: "No such account or service" });
  }
  return jsonAnswer(200, { service, account: account.accountId, baseURI });
}
