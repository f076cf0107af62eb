/**
 * Commits to Deno KV. When processes that share a database file write at the same moment, SQLite refuses
 * one of them at once ("database is locked") and writes nothing, so the commit is tried again.
 */

/** How long a commit is tried, in milliseconds. */
const PATIENCE_MS = 10_000;
/** The longest wait between two tries, in milliseconds. */
const LONGEST_WAIT_MS = 50;

export async function commit(
  operation: Deno.AtomicOperation,
): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await operation.commit();
    } catch (error) {
      if (!isLocked(error) || performance.now() > giveUpAtMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_WAIT_MS));
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /database (table )?is (locked|busy)/i.test(error.message);
}
