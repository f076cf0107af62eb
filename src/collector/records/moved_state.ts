/**
 * What a pipeline takes along when it moves to another platform: everything it stores except tokens and
 * hosts, which it finds again there. I/O through the store.
 */
import type { KeyValueStore } from "../../storage/store.ts";
import { decodeJournal, EMPTY_JOURNAL } from "./journal.ts";
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

/** Kept from the first page of an import to the last: what is stored in between is only a part. */
const UNFINISHED_KEY = "import-unfinished";

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

/** The page after this key; the first one if it is null. The last one always ends with the journal. */
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
  const next = at < keys.length ? keys[at - 1] : null;
  const isJournalDue = next === null && !keys.includes(JOURNAL_KEY);
  const empty = { key: JOURNAL_KEY, value: JSON.stringify(EMPTY_JOURNAL) };
  return { rows: isJournalDue ? [...rows, empty] : rows, after, next };
}

/**
 * True if something would be lost that was collected here without a cursor, by a backfill. What an import that
 * broke off has left may be replaced, and so may everything after a start-over, which is asked for.
 */
export async function holdsWork(local: KeyValueStore): Promise<boolean> {
  const { deletedUpTo } = decodeJournal(await local.get(JOURNAL_KEY));
  if (deletedUpTo !== null || await local.get(UNFINISHED_KEY) !== null) return false;
  const letters = await local.list("dead-letter/");
  return letters.length > 0 || await local.get("backfill") !== null;
}

/** The last row is there: what is stored is whole. */
export function endImport(local: KeyValueStore): Promise<void> {
  return local.delete(UNFINISHED_KEY);
}

/**
 * Drops everything that will be replaced. The journal stays: it knows which cursor was deleted on purpose.
 */
export async function dropState(local: KeyValueStore): Promise<void> {
  await local.put(UNFINISHED_KEY, "{}");
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
