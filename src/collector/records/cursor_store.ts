/**
 * Keeps the cursor. Every acknowledged batch is committed to the journal, in the collector's own consistent
 * storage, which is authoritative. Once per run, the cursor is published where everybody can see it (KV).
 * That copy is used only if the journal is empty, and is published again if it is missing.
 */
import {
  type Cursor,
  type CursorOwner,
  decodeCursor,
  encodeCursor,
  firstCursor,
} from "../../engine/cursor.ts";
import type { Platform } from "../platform.ts";
import { JOURNAL_KEY } from "./moved_state.ts";
import { decodeJournal, EMPTY_JOURNAL, type Journal, readRevision } from "./journal.ts";

/**
 * Where the cursor came from: `new`, there was none; `stored`, the journal; `republished`, the journal, but
 * the published copy was missing or different; `adopted`, the published copy, because the journal was
 * empty.
 */
export const FOUND = ["new", "stored", "republished", "adopted"] as const;
export type Found = typeof FOUND[number];

export interface Opened {
  readonly cursor: Cursor;
  readonly found: Found;
  /**
   * Events that an earlier run had sent, or was about to send, when it ended without an answer: they may be
   * delivered twice.
   */
  readonly inFlight: number;
}

/** For a minute, KV may show what it held before, even nothing. After this long, it shows what it holds. */
const KV_SETTLES_MS = 2 * 60_000;

function cursorKey({ account, feed, destination }: CursorOwner): string {
  return `cursor/${account}/${feed}/${destination}`;
}

export class CursorStore {
  #journal: Journal = EMPTY_JOURNAL;
  #publish: "not needed" | "committed" | "again" = "not needed";
  #leftInFlight = 0;
  #marked = 0;

  constructor(private readonly platform: Platform, private readonly owner: CursorOwner) {}

  /**
   * The cursor to begin with; `startMs` is where a first fetch begins.
   * @throws {CollectorError} `cursor_unreadable` or `cursor_newer`
   */
  async open(startMs: number): Promise<Opened> {
    const [copy, text] = await this.#read();
    const journal = decodeJournal(text);
    const { revision, inFlight } = journal;
    this.#journal = journal;
    this.#leftInFlight = inFlight;
    this.#marked = 0;
    this.#publish = "not needed";
    if (journal.cursor !== null) {
      const cursor = decodeCursor(journal.cursor, this.owner);
      const settled = this.platform.now() - journal.publishedAtMs > KV_SETTLES_MS;
      if (copy !== journal.cursor && settled) this.#publish = "again";
      const found = this.#publish === "again" ? "republished" : "stored";
      return { cursor, found, inFlight };
    }
    if (copy === null || isDeleted(copy, journal)) {
      return { cursor: { ...firstCursor(startMs), revision }, found: "new", inFlight };
    }
    const adopted = decodeCursor(copy, this.owner);
    const publishedAtMs = this.platform.now();
    await this.#write({ ...journal, cursor: copy, revision: adopted.revision, publishedAtMs });
    return { cursor: withoutPast(adopted), found: "adopted", inFlight };
  }

  /** The cursor as the journal has it, for people to look at; null if there is none. */
  async shown(): Promise<unknown> {
    const text = await this.platform.local.get(JOURNAL_KEY);
    try {
      const { cursor } = decodeJournal(text);
      return cursor === null ? null : JSON.parse(cursor);
    } catch {
      return { unreadable: true };
    }
  }

  /** Notes that so many events are about to be sent, so that a run after a crash can count repeats. */
  async markInFlight(events: number): Promise<void> {
    this.#marked += events;
    await this.#write({ ...this.#journal, inFlight: events });
  }

  /** Records that whatever was in flight was answered, though not acknowledged. */
  async clearInFlight(): Promise<void> {
    if (this.#journal.inFlight > 0) await this.#write({ ...this.#journal, inFlight: 0 });
  }

  /** Events that an earlier run had left in flight and that this one has sent again. */
  get resent(): number {
    return Math.min(this.#leftInFlight, this.#marked);
  }

  /** Makes the cursor durable. `settled`: how many more events it has passed. */
  async commit(cursor: Cursor, settled: number): Promise<void> {
    await this.#write({
      ...this.#journal,
      cursor: encodeCursor(cursor, this.owner),
      revision: cursor.revision,
      inFlight: Math.max(0, this.#journal.inFlight - settled),
      publishedAtMs: this.platform.now(),
    });
    this.#publish = "committed";
  }

  /** Publishes the cursor if something was committed, or if KV has lost it. */
  async publish(): Promise<void> {
    if (this.#publish === "not needed") return;
    await this.platform.published.put(cursorKey(this.owner), this.#journal.cursor!);
    if (this.#publish === "again") {
      await this.#write({ ...this.#journal, publishedAtMs: this.platform.now() });
    }
    this.#publish = "not needed";
  }

  /** True if collecting has begun. */
  async exists(): Promise<boolean> {
    return decodeJournal(await this.platform.local.get(JOURNAL_KEY)).cursor !== null;
  }

  /**
   * Refuses the journal of another pipeline.
   * @throws {CollectorError} `cursor_unreadable` or `cursor_newer`
   */
  mustBeOwn(text: string): void {
    const { cursor } = decodeJournal(text);
    if (cursor !== null) decodeCursor(cursor, this.owner);
  }

  /**
   * Takes over the journal that the same pipeline has elsewhere, and publishes its cursor.
   * @throws {CollectorError} `cursor_unreadable` or `cursor_newer`; then nothing has changed
   */
  async takeOver(text: string): Promise<void> {
    this.mustBeOwn(text);
    const journal = decodeJournal(text);
    if (journal.cursor !== null) {
      await this.platform.published.put(cursorKey(this.owner), journal.cursor);
    }
    await this.#write({ ...journal, publishedAtMs: this.platform.now() });
  }

  /** Forgets the cursor, whatever state it is in: the next run begins with the first fetch. */
  async forget(): Promise<void> {
    const [copy, text] = await this.#read();
    const revision = Math.max(readRevision(text), readRevision(copy));
    await this.#write({ ...EMPTY_JOURNAL, revision, deletedUpTo: revision });
    await this.platform.published.delete(cursorKey(this.owner));
  }

  /** The published copy and the journal, as they are stored. */
  #read(): Promise<[string | null, string | null]> {
    return Promise.all([
      this.platform.published.get(cursorKey(this.owner)),
      this.platform.local.get(JOURNAL_KEY),
    ]);
  }

  async #write(journal: Journal): Promise<void> {
    await this.platform.local.put(JOURNAL_KEY, JSON.stringify(journal));
    this.#journal = journal;
  }
}

function isDeleted(copy: string, { deletedUpTo }: Journal): boolean {
  return deletedUpTo !== null && readRevision(copy) <= deletedUpTo;
}

/** No ledger holds what was delivered before, so it must not be reconciled. */
function withoutPast(cursor: Cursor): Cursor {
  const startMs = Math.max(cursor.startMs, cursor.watermarkMs, (cursor.newestMs ?? 0) + 1);
  return { ...cursor, startMs };
}
