/**
 * What a pipeline takes along when it moves to another platform: all that it stores, without tokens and
 * hosts, which the new place finds out by itself. I/O through the store.
 */
import type { KeyValueStore } from "../../storage/store.ts";

export interface StateRow {
  readonly key: string;
  readonly value: string;
}

/** Some of the rows, in order. */
export interface StatePage {
  readonly rows: readonly StateRow[];
  /** The key behind which the next page begins; null if there is none. */
  readonly next: string | null;
}

export const JOURNAL_KEY = "journal";

/** Keys, and prefixes of keys. The journal is last: until it is there, the new place has no cursor. */
const MOVED = [
  "dead-letter/",
  "dead-letters",
  "redelivered-last",
  "ledger/",
  "reconciled-through",
  "reconciliation/",
  "backfill",
  "health",
  "operator-action/",
  JOURNAL_KEY,
];

/** A page ends with the row that exceeds this; RPC to a Durable Object takes 32 MiB. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

export function isMoved(key: string): boolean {
  return MOVED.some((name) => name.endsWith("/") ? key.startsWith(name) : key === name);
}

/** The page behind this key; the first one if it is null. */
export async function readState(local: KeyValueStore, after: string | null): Promise<StatePage> {
  const listed = await Promise.all(MOVED.map((name) => local.list(name)));
  const keys = [
    ...new Set(listed.flatMap((found, i) => found.filter((key) => isUnder(MOVED[i], key)))),
  ];
  const rows: StateRow[] = [];
  let characters = 0;
  let at = after === null ? 0 : keys.indexOf(after) + 1;
  for (; at < keys.length && characters < PAGE_CHARACTERS; at++) {
    const value = await local.get(keys[at]);
    if (value === null) continue;
    rows.push({ key: keys[at], value });
    characters += value.length;
  }
  return { rows, next: at < keys.length ? keys[at - 1] : null };
}

function isUnder(name: string, key: string): boolean {
  return name.endsWith("/") || key === name;
}
