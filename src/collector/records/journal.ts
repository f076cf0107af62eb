/**
 * The journal: one row of the collector's own consistent storage, written with each commit. It is
 * authoritative on how far collecting is; KV has a copy that everybody can see. Pure.
 */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";

const JOURNAL_VERSION = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const StoredJournal = v.strictObject({
  version: v.literal(JOURNAL_VERSION),
  /** The cursor as of the last commit, encoded; null before the first and after it was deleted. */
  cursor: v.nullable(v.string()),
  /** That cursor's revision, or the one that the next cursor continues from. */
  revision: count,
  /** Events that were sent, or were about to be, and whose answer is not known. */
  inFlight: count,
  /** When the cursor was published, or was committed for this run to publish. Epoch milliseconds. */
  publishedAtMs: v.number(),
  /** Published cursors up to this revision were deleted on purpose, and may still be seen for a while. */
  deletedUpTo: v.nullable(count),
});

export type Journal = Readonly<v.InferOutput<typeof StoredJournal>>;

export const EMPTY_JOURNAL: Journal = {
  version: JOURNAL_VERSION,
  cursor: null,
  revision: 0,
  inFlight: 0,
  publishedAtMs: 0,
  deletedUpTo: null,
};

/**
 * Reads the stored journal; without one, it is empty.
 * @throws {CollectorError} `cursor_newer` if a later version wrote it, `cursor_unreadable` if it is of an
 * earlier version or damaged. The run must then stop: starting over would repeat or lose events.
 */
export function decodeJournal(text: string | null): Journal {
  if (text === null) return EMPTY_JOURNAL;
  const stored = parseJson(text);
  const version = (stored as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== JOURNAL_VERSION) {
    throw new CollectorError(version > JOURNAL_VERSION ? "cursor_newer" : "cursor_unreadable", {
      detail: `The journal has version ${version}; this collector reads ${JOURNAL_VERSION}.`,
    });
  }
  const parsed = v.safeParse(StoredJournal, stored);
  if (parsed.success) return parsed.output;
  const where = v.getDotPath(parsed.issues[0]) ?? "the whole value";
  throw new CollectorError("cursor_unreadable", {
    detail: `The journal can't be read at: ${where}.`,
  });
}

/** The revision of a stored cursor or journal, whatever else is wrong with it; 0 if there is none. */
export function readRevision(text: string | null): number {
  const revision = (parseJson(text ?? "null") as { revision?: unknown } | null)?.revision;
  return Number.isSafeInteger(revision) ? revision as number : 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
