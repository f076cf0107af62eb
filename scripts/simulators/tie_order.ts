/** Orders in which the audit trail may show records of one time. No SQL source promises any. Pure. */
import type { AuditRecord } from "./records.ts";

/**
 * As they arrived; in another order for another offset and number of records; in another one each time,
 * which repeats with the reads; or in one of two, because two replicas take turns.
 */
export type TieOrder = "stable" | "by query" | "by chance" | "two replicas";

/** What an order may depend on. */
export interface OrderedRead {
  readonly offset: number;
  readonly first: number;
  /** The number of this read, from 0. */
  readonly read: number;
}

/** The records of one time, given as they arrived, in the order of a read. */
export function orderTies(
  ties: readonly AuditRecord[],
  order: Exclude<TieOrder, "stable">,
  { offset, first, read }: OrderedRead,
): AuditRecord[] {
  const salts = { "by query": offset * 1000 + first, "by chance": read, "two replicas": read % 2 };
  return ties
    .map((record, arrival) => ({ record, key: mix(arrival, salts[order]) }))
    .sort((a, b) => a.key - b.key)
    .map(({ record }) => record);
}

/** A number from two: scattered, and the same each time. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return (hash ^ (hash >>> 15)) >>> 0;
}
