/**
 * Keeps the cursor. Every acknowledged batch is committed to the journal, in the collector's own
 * consistent storage; once a run the cursor is published to where everybody can see it (KV). When the
 * two differ, the newer one counts, so a stale KV read can't turn the engine back.
 */
import {
  type Cursor,
  type CursorOwner,
  decodeCursor,
  encodeCursor,
  firstCursor,
} from "../../engine/cursor.ts";
import type { CursorKeeper } from "../../engine/ports.ts";
import type { Host } from "../platform.ts";

/** How the cursor was found. `behind`: the published one was older than the journal. */
export type Found = "new" | "stored" | "behind" | "lost";

export interface Opened {
  readonly cursor: Cursor;
  readonly found: Found;
  /** Events that a run had begun to send when it ended without a commit: they may come twice. */
  readonly unsettled: number;
}

interface Journal {
  readonly cursor: string | null;
  readonly revision: number;
  /** Events that were about to be sent when it was written. */
  readonly announced: number;
  /** True once the cursor was published: from then on a missing one was lost. */
  readonly published: boolean;
  /** Published cursors up to this revision were deleted on purpose, and may still be seen for a while. */
  readonly deletedUpTo: number;
}

const EMPTY: Journal = {
  cursor: null,
  revision: 0,
  announced: 0,
  published: false,
  deletedUpTo: 0,
};

const JOURNAL = "journal";

export function cursorKey({ account, feed, destination }: CursorOwner): string {
  return `cursor/${account}/${feed}/${destination}`;
}

export class Keeper implements CursorKeeper {
  #journal: Journal = EMPTY;
  #unpublished = false;

  constructor(private readonly host: Host, private readonly owner: CursorOwner) {}

  /**
   * The cursor to begin with; `startMs` is where a first fetch begins. A run that follows another at
   * once may not see yet what that one published: KV may remember for a minute that there was nothing.
   * @throws {CollectorError} `cursor_unreadable` or `cursor_newer`
   */
  async open(startMs: number, followsAtOnce = false): Promise<Opened> {
    const [found, journal] = await Promise.all([
      this.host.published.get(cursorKey(this.owner)),
      this.host.local.get(JOURNAL),
    ]);
    this.#journal = journal === null ? EMPTY : JSON.parse(journal);
    this.#unpublished = false;
    const { cursor: journaled, revision, announced: unsettled, deletedUpTo } = this.#journal;
    const decoded = found === null ? null : decodeCursor(found, this.owner);
    const stored = decoded !== null && decoded.revision > deletedUpTo ? decoded : null;
    if (stored === null && this.#journal.published && !followsAtOnce) {
      this.#journal = { ...EMPTY, revision, deletedUpTo };
      return { cursor: { ...firstCursor(startMs), revision }, found: "lost", unsettled };
    }
    if (journaled !== null && revision > (stored?.revision ?? 0)) {
      this.#unpublished = true;
      return { cursor: decodeCursor(journaled, this.owner), found: "behind", unsettled };
    }
    return stored === null
      ? { cursor: { ...firstCursor(startMs), revision }, found: "new", unsettled }
      : { cursor: stored, found: "stored", unsettled };
  }

  /** The published cursor, as it is stored. */
  async published(): Promise<string | null> {
    return await this.host.published.get(cursorKey(this.owner));
  }

  async announce(events: number): Promise<void> {
    await this.#write({ ...this.#journal, announced: events });
  }

  async commit(cursor: Cursor): Promise<void> {
    const text = encodeCursor(cursor, this.owner);
    await this.#write({ ...this.#journal, cursor: text, revision: cursor.revision, announced: 0 });
    this.#unpublished = true;
  }

  /** Publishes what was committed, if anything was. */
  async publish(): Promise<void> {
    if (!this.#unpublished) return;
    await this.host.published.put(cursorKey(this.owner), this.#journal.cursor!);
    this.#unpublished = false;
    if (!this.#journal.published) await this.#write({ ...this.#journal, published: true });
  }

  /** Forgets the cursor: the next run begins with the first fetch. */
  async forget(): Promise<void> {
    const journal = await this.host.local.get(JOURNAL);
    const { revision } = journal === null ? EMPTY : JSON.parse(journal) as Journal;
    const stored = readRevision(await this.published());
    const deletedUpTo = Math.max(revision, stored);
    await this.#write({ ...EMPTY, revision: deletedUpTo, deletedUpTo });
    await this.host.published.delete(cursorKey(this.owner));
  }

  async #write(journal: Journal): Promise<void> {
    await this.host.local.put(JOURNAL, JSON.stringify(journal));
    this.#journal = journal;
  }
}

/** The revision of a stored cursor, whatever else is wrong with it; 0 if there is none. */
function readRevision(text: string | null): number {
  try {
    const { revision } = JSON.parse(text ?? "{}");
    return Number.isSafeInteger(revision) ? revision : 0;
  } catch {
    return 0;
  }
}
