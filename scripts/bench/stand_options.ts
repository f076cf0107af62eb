/** What the process of the simulators is asked for, what it tells, and how to collect from it. Pure. */
import { ACCOUNT_LISTS } from "../../src/pipelines/accounts.ts";

export interface StandOptions {
  readonly accounts: number;
  readonly latencyMs: number;
  readonly compression: "gzip" | "none";
  /** The format that LivePerson speaks. Records of `rest` are a third as long; the reference reads them. */
  readonly wire: "graphql" | "rest";
  /** Makes each page once: who asks for it again waits for the latency alone. */
  readonly keepAnswers: boolean;
}

/** More events for each account, with times between these ages. */
export interface Addition {
  readonly events: number;
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
}

export interface StandCounts {
  readonly received: number;
  /** Requests to LivePerson, of every kind. */
  readonly asked: number;
  readonly pushes: number;
}

export const CREDENTIALS = {
  clientId: "client",
  clientSecret: "client-secret",
  apiKey: "xsiam-key",
} as const;

export function accountId(index: number): string {
  return `site${index}`;
}

/** Accounts in one variable, which has 5 KB on Cloudflare. */
const LISTED_TOGETHER = 25;

/** Settings of a collector of so many accounts of a stand. */
export function settingsFor(
  urls: { readonly livePerson: string; readonly xsiam: string },
  accounts: number,
): Record<string, string> {
  const account = (index: number) => ({
    LIVEPERSON_ACCOUNT_ID: accountId(index),
    LIVEPERSON_CLIENT_ID: CREDENTIALS.clientId,
    LIVEPERSON_CLIENT_SECRET: CREDENTIALS.clientSecret,
  });
  const lists = ACCOUNT_LISTS.map((name, index) => {
    const start = index * LISTED_TOGETHER;
    const length = Math.max(0, Math.min(LISTED_TOGETHER, accounts - start));
    return [name, Array.from({ length }, (_, place) => account(start + place))] as const;
  });
  const used = lists.filter(([, list]) => list.length > 0)
    .map(([name, list]) => [name, JSON.stringify(list)]);
  return {
    ...(accounts === 1 ? account(0) : Object.fromEntries(used)),
    LIVEPERSON_AUTH_SERVER_URL: urls.livePerson,
    LIVEPERSON_DOMAIN_API_URL: urls.livePerson,
    XSIAM_URL: urls.xsiam,
    XSIAM_API_KEY: CREDENTIALS.apiKey,
    FIRST_FETCH: "60 days",
  };
}
