/**
 * What a pipeline takes along when it moves to another platform: everything it stores except tokens and
 * hosts, which it finds again there. I/O through the store.
 */
import type { KeyValueStore } from "../../storage/store.ts";
import { OPERATOR_ACTIONS } from "./operator_queue.ts";

export interface StateRow {
  readonly key: string;
  readonly value: string;
}

/** Some of the rows, in order. */
export interface StatePage {
  readonly rows: readonly StateRow[];
  /** The last key of the page before; null if this is the first one. */
  readonly after: string | null;
  /** The key after which the next page begins; null if there is none. */
  readonly next: string | null;
}

/** A page as it is exported. `seal`: see `state_seal.ts`. */
export type ExportedPage = StatePage & { readonly seal: string };

/** What an import takes of it. */
export type ImportedPage = Omit<ExportedPage, "next">;

export const JOURNAL_KEY = "journal";

/** Keys, and prefixes of keys. The journal is last: until it is there, the new place has no cursor. */
const MOVED = [
  "letter-key/",
  "dead-letter/",
  "dead-letters",
  "redelivered-last",
  "ledger/",
  "reconciled-through",
  "reconciliation/",
  "backfill",
  "health",
  OPERATOR_ACTIONS,
  JOURNAL_KEY,
];

/** A page ends with the row that exceeds this; RPC to a Durable Object takes 32 MiB. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;
/** Nor has it more rows than this. */
const PAGE_ROWS = 5000;

export function isMoved(key: string): boolean {
  return MOVED.some((name) => name.endsWith("/") ? key.startsWith(name) : key === name);
}

/** The page after this key; the first one if it is null. */
export async function readState(local: KeyValueStore, after: string | null): Promise<StatePage> {
  const keys = await movedKeys(local);
  const rows: StateRow[] = [];
  let characters = 0;
  let at = after === null ? 0 : keys.indexOf(after) + 1;
  const end = Math.min(keys.length, at + PAGE_ROWS);
  for (; at < end && characters < PAGE_CHARACTERS; at++) {
    const value = await local.get(keys[at]);
    if (value === null) continue;
    rows.push({ key: keys[at], value });
    characters += value.length;
  }
  return { rows, after, next: at < keys.length ? keys[at - 1] : null };
}

/**
 * Drops everything that will be replaced. The journal stays: it knows which cursor was deleted on purpose.
 */
export async function dropState(local: KeyValueStore): Promise<void> {
  for (const key of await movedKeys(local)) if (key !== JOURNAL_KEY) await local.delete(key);
}

/** The keys that are there, in the order in which they move. */
async function movedKeys(local: KeyValueStore): Promise<readonly string[]> {
  const listed = await Promise.all(MOVED.map((name) => local.list(name)));
  return [...new Set(listed.flatMap((found, i) => found.filter((key) => isUnder(MOVED[i], key))))];
}

function isUnder(name: string, key: string): boolean {
  return name.endsWith("/") || key === name;
}
