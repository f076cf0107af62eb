/** Whether a pipeline still has exactly what an export of it holds. Pure. */
import { decodeJournal } from "../../src/collector/records/journal.ts";
import { type ImportedPage, JOURNAL_KEY } from "../../src/collector/records/moved_state.ts";
import { OPERATOR_ACTIONS } from "../../src/collector/records/operator_queue.ts";

/**
 * True if each row of the export is stored there, and no other. The cursor alone does not tell: refused
 * events, a backfill and the ledger change without it. Further operator actions may have been noted since,
 * such as the import itself.
 */
export function isImportedAlready(
  exported: readonly ImportedPage[],
  stored: readonly ImportedPage[],
): boolean {
  const [wanted, there] = [rowsOf(exported), rowsOf(stored)];
  for (const [key, value] of wanted) if (there.get(key) !== value) return false;
  return [...there.keys()].every((key) => wanted.has(key) || key.startsWith(OPERATOR_ACTIONS));
}

function rowsOf(pages: readonly ImportedPage[]): ReadonlyMap<string, string> {
  const rows = pages.flatMap(({ rows }) => rows);
  return new Map(rows.map(({ key, value }) => [key, key === JOURNAL_KEY ? moved(value) : value]));
}

/** The journal, without what an import sets anew. */
function moved(journal: string): string {
  return JSON.stringify({ ...decodeJournal(journal), publishedAtMs: 0 });
}
