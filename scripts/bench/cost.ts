/**
 * What a year on Cloudflare costs, given the measured use of runs. Pure. Prices of November 2026. Source:
 * developers.cloudflare.com, the pricing pages of Workers, Workers KV and Durable Objects (with SQLite
 * storage).
 */

import { ASKED_DIRECTLY } from "../../src/cloudflare/objects.ts";

/** What one run of one account uses. */
export interface RunUse {
  readonly requests: number;
  readonly kvReads: number;
  readonly kvWrites: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly cpuMs: number;
}

export const RUNS_A_DAY = 288;

/** What the free plan allows in a day. */
export const FREE_A_DAY = {
  kvReads: 100_000,
  kvWrites: 1000,
  objectRequests: 100_000,
  rowsRead: 5_000_000,
  rowsWritten: 100_000,
  gigabyteSeconds: 13_000,
} as const;

/** What the paid plan includes in a month, and the dollars for each million beyond that. */
const PAID_A_MONTH = {
  workerRequests: { included: 10e6, perMillion: 0.30 },
  cpuMs: { included: 30e6, perMillion: 0.02 },
  kvReads: { included: 10e6, perMillion: 0.50 },
  kvWrites: { included: 1e6, perMillion: 5.00 },
  objectRequests: { included: 1e6, perMillion: 0.15 },
  gigabyteSeconds: { included: 400_000, perMillion: 12.50 },
  rowsRead: { included: 25e9, perMillion: 0.001 },
  rowsWritten: { included: 50e6, perMillion: 1.00 },
} as const;

const PAID_PLAN_A_MONTH = 5;
const DAYS_A_MONTH = 365 / 12;
/** How long a request to LivePerson or XSIAM is assumed to last: an object is billed while it waits. */
const REQUEST_SECONDS = 0.25;
const OBJECT_GIGABYTES = 0.128;

/** Objects that relay the cron's call to others, if there are too many to call directly. */
function relaysOf(accounts: number): number {
  return accounts > ASKED_DIRECTLY ? Math.ceil(accounts / ASKED_DIRECTLY) : 0;
}

/** What this many accounts use in a day if each of their runs is like `run`. */
export function useOfDay(run: RunUse, accounts: number) {
  const runs = RUNS_A_DAY * accounts;
  return {
    workerRequests: RUNS_A_DAY,
    objectRequests: runs + RUNS_A_DAY * relaysOf(accounts),
    cpuMs: runs * run.cpuMs,
    kvReads: runs * run.kvReads,
    kvWrites: runs * run.kvWrites,
    rowsRead: runs * run.rowsRead,
    rowsWritten: runs * run.rowsWritten,
    gigabyteSeconds: runs * run.requests * REQUEST_SECONDS * OBJECT_GIGABYTES,
  };
}

/** Dollars for a year: 0 if the free plan allows it. */
export function costOfYear(run: RunUse, accounts: number): number {
  const day = useOfDay(run, accounts);
  const free = Object.entries(FREE_A_DAY).every(([name, limit]) =>
    day[name as keyof typeof FREE_A_DAY] <= limit
  );
  if (free) return 0;
  const extra = Object.entries(PAID_A_MONTH).map(([name, { included, perMillion }]) => {
    const month = day[name as keyof typeof PAID_A_MONTH] * DAYS_A_MONTH;
    return Math.max(0, month - included) / 1e6 * perMillion;
  });
  return 12 * (PAID_PLAN_A_MONTH + extra.reduce((sum, dollars) => sum + dollars, 0));
}
