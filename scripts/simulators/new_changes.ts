/** Changes that somebody makes just now at the simulated LivePerson. Pure, but for a count. */
import { type AuditRecord, generateRecords } from "./records.ts";

/** One change in so many shows late. */
const LATE_EVERY = 8;
const LATE_BY_MS = 5 * 60_000;
/** A change is so old when it shows, at most. */
const AGE_MS = 1000;

/** Makes a source of changes; each call gives a new one, now and then one that comes late. */
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
