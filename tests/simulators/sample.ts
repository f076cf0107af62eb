/**
 * What the simulator tests share: a record to vary and the requests of a well-behaved client.
 * Requests go to loopback.
 */

import type { AuditRecord } from "../../scripts/simulators/records.ts";
import type { LivePersonSimulator } from "../../scripts/simulators/liveperson.ts";

/** The account of the tests. */
export const ACCOUNT = { accountId: "le1", clientId: "app", clientSecret: "s3cret" };

/** A plain change by one of the account's users, with `changes` applied. */
export function record(changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    changeTimestampMs: Date.UTC(2024, 2, 10, 12),
    accountId: ACCOUNT.accountId,
    objectType: "Users",
    objectName: "Zoë",
    actionType: "Edit",
    element: "Enabled",
    oldValue: "false",
    newValue: "true",
    originator: "Sam",
    originatorLoginName: "sam",
    originatorUserId: "7",
    originatorUserAgent: "curl",
    originatorAuthType: "SSO",
    originatorIsLpa: false,
    automatic: false,
    ...changes,
  };
}

/** Records named "0", "1", …, a minute apart. */
export function series(count: number, changes: Partial<AuditRecord> = {}): AuditRecord[] {
  const { changeTimestampMs } = record();
  return Array.from({ length: count }, (_, i) =>
    record({
      changeTimestampMs: changeTimestampMs + i * 60_000,
      objectName: String(i),
      ...changes,
    }));
}

/** Asks for a token; `changes` replaces fields of the form. */
export function requestToken(
  simulator: LivePersonSimulator,
  changes: Record<string, string> = {},
): Promise<Response> {
  const form = {
    client_id: ACCOUNT.clientId,
    client_secret: ACCOUNT.clientSecret,
    grant_type: "client_credentials",
  };
  return fetch(`${simulator.url}/sentinel/api/v2/account/${ACCOUNT.accountId}/app/token`, {
    method: "POST",
    body: new URLSearchParams({ ...form, ...changes }),
  });
}

/** A good token. */
export async function token(simulator: LivePersonSimulator): Promise<string> {
  return (await (await requestToken(simulator)).json()).access_token;
}

/** Posts a JSON body to the audit endpoint with this token, or with a new one. */
export async function postAudit(
  simulator: LivePersonSimulator,
  body: unknown,
  bearer?: string,
): Promise<Response> {
  const path = `/api/account/${ACCOUNT.accountId}/configuration/metadata/audit`;
  return await fetch(simulator.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${bearer ?? await token(simulator)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
}

/** Runs `{auditData(args){fields}}` and returns the parsed answer. */
export async function audit(
  simulator: LivePersonSimulator,
  args = "",
  fields = "objectName",
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const query = `{auditData${args && `(${args})`}{${fields}}}`;
  return await (await postAudit(simulator, { query })).json();
}

/** The object names that a query lists. */
export async function names(simulator: LivePersonSimulator, args = ""): Promise<string[]> {
  const { data } = await audit(simulator, args);
  return data.auditData.map((row: { objectName: string }) => row.objectName);
}
