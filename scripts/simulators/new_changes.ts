/** Changes that somebody is making at the simulated LivePerson. Pure, except for a count. */
import { type AuditRecord, generateRecords } from "./records.ts";

/** One change in this many appears late. */
const LATE_EVERY = 8;
const LATE_BY_MS = 5 * 60_000;
/** The oldest that a late change is when it appears. */
const AGE_MS = 1000;

/** Returns a function that makes a new change at each call, now and then one that comes late. */
export function newChanges(
  accountId: string,
  seed: number,
): (nowMs: number) => AuditRecord {
  let made = 0;
  return (nowMs) => {
    made++;
    const toMs = nowMs - (made % LATE_EVERY === 0 ? LATE_BY_MS : 0);
    const range = { fromMs: toMs - AGE_MS, toMs, accountId };
    return generateRecords({ seed: seed + made, count: 1, ...range })[0];
  };
}
