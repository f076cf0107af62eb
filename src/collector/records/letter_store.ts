/**
 * The rows of the box of undelivered events: one for each letter, whose event is sealed, and one with their
 * counts. While letters change, the counts say so: if a run dies then, the letters are counted again. I/O through the
 * store.
 */
import type { KeyValueStore } from "../../storage/store.ts";
import type { KeptLetter, LetterFacts } from "./kept_letter.ts";
import { withoutContent } from "./letter_quota.ts";
import type { LetterSeal } from "./letter_seal.ts";
import {
  isPending,
  type LetterCounts,
  lettersIn,
  NO_LETTERS,
  withLetter,
  withoutLetter,
} from "./letter_counts.ts";

const PREFIX = "dead-letter/";
const COUNTS = "dead-letters";

/** A letter as it is stored: the event itself can't be read there. */
interface StoredLetter extends LetterFacts {
  readonly sealed: string;
}

export class LetterStore {
  #counts: LetterCounts = NO_LETTERS;
  #written: LetterCounts = NO_LETTERS;

  constructor(private readonly local: KeyValueStore, private readonly seal: LetterSeal) {}

  /** Reads the counts, which another process may have changed. If they can't be trusted, counts again. */
  async open(): Promise<void> {
    this.seal.begin();
    this.#counts = this.#written = await this.readCounts();
    if (this.#counts.changing) await this.#recount();
  }

  /** The present counts, including what is not written yet. */
  get counts(): LetterCounts {
    return this.#counts;
  }

  /** The counts as they were last written. Reads one row. */
  async readCounts(): Promise<LetterCounts> {
    const text = await this.local.get(COUNTS);
    return text === null ? NO_LETTERS : JSON.parse(text);
  }

  /** Writes the counts, if they changed, and lets the secrets of these settings open what is sealed. */
  async save(): Promise<void> {
    if (lettersIn(this.#counts) > 0) await this.seal.renewOnce();
    const counts = { ...this.#counts, changing: false };
    if (JSON.stringify(counts) !== JSON.stringify(this.#written)) await this.#write(counts);
  }

  /** What is known of a letter; its event stays sealed. */
  async factsOf(eventId: string): Promise<LetterFacts | null> {
    return await this.#read(eventId);
  }

  async get(eventId: string): Promise<KeptLetter | null> {
    const stored = await this.#read(eventId);
    if (stored === null) return null;
    const { sealed, ...facts } = stored;
    const opened = await this.seal.open(sealed, eventId);
    return opened === null ? withoutContent(facts) : { ...facts, ...JSON.parse(opened) };
  }

  async eventIds(): Promise<string[]> {
    return (await this.local.list(PREFIX)).map((key) => key.slice(PREFIX.length));
  }

  /**
   * All letters or those that are named, one at a time, including those that do not count. Their events stay
   * sealed: to open many takes time.
   */
  async *facts(named?: readonly string[]): AsyncGenerator<LetterFacts> {
    for (const eventId of new Set(named ?? await this.eventIds())) {
      const letter = await this.factsOf(eventId);
      if (letter !== null) yield letter;
    }
  }

  /** Writes a letter that does not count yet. */
  async add(letter: KeptLetter): Promise<void> {
    await this.#begin();
    await this.#put(letter);
  }

  /** Counts a letter that was written before. */
  count(letter: LetterFacts): void {
    this.#counts = withLetter(this.#counts, letter);
  }

  /** Replaces a letter that counts. */
  async replace(before: KeptLetter, letter: KeptLetter): Promise<void> {
    await this.#begin();
    await this.#put(letter);
    this.#counts = withLetter(withoutLetter(this.#counts, before), letter);
  }

  /** Removes a letter that counts. */
  async remove(letter: LetterFacts): Promise<void> {
    await this.#begin();
    await this.local.delete(PREFIX + letter.eventId);
    this.#counts = withoutLetter(this.#counts, letter);
  }

  /** Removes letters that do not count. */
  async drop(eventIds: Iterable<string>): Promise<void> {
    await Promise.all(Array.from(eventIds, (eventId) => this.local.delete(PREFIX + eventId)));
  }

  /** The letters of a cursor's commit do not count until it is known to be made; null if it is. */
  setPending(cursor: string, revision: number | null): void {
    const { [cursor]: _, ...others } = this.#counts.pending;
    const pending = revision === null ? others : { ...others, [cursor]: revision };
    this.#counts = { ...this.#counts, pending };
  }

  setDueAt(dueAtMs: number | null): void {
    this.#counts = { ...this.#counts, dueAtMs };
  }

  setTakenAt(takenAtMs: number): void {
    this.#counts = { ...this.#counts, takenAtMs };
  }

  async #read(eventId: string): Promise<StoredLetter | null> {
    const text = await this.local.get(PREFIX + eventId);
    return text === null ? null : JSON.parse(text);
  }

  async #recount(): Promise<void> {
    const { pending, takenAtMs } = this.#counts;
    let counts: LetterCounts = { ...NO_LETTERS, pending, takenAtMs };
    for await (const letter of this.facts()) {
      if (!isPending(counts, letter)) counts = withLetter(counts, letter);
    }
    await this.#write(counts);
  }

  /** From here on, the counts can't be trusted if the run dies. */
  async #begin(): Promise<void> {
    const isSaid = this.#written.changing && this.#written.pending === this.#counts.pending;
    if (!isSaid) await this.#write({ ...this.#counts, changing: true });
  }

  async #write(counts: LetterCounts): Promise<void> {
    this.#counts = counts;
    await this.local.put(COUNTS, JSON.stringify(counts));
    this.#written = counts;
  }

  async #put(letter: KeptLetter): Promise<void> {
    const { json, origin, ...facts } = letter;
    const sealed = await this.seal.seal(JSON.stringify({ json, origin }), letter.eventId);
    const stored: StoredLetter = { ...facts, sealed };
    await this.local.put(PREFIX + letter.eventId, JSON.stringify(stored));
  }
}
