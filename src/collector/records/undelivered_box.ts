/**
 * Keeps the events that the destination refused, in the collector's own storage, until it accepts them.
 * A letter is written before the commit that moves past its event. If the run dies between the two, the
 * event is read again, so its letter does not count, is never delivered, and goes when the box is
 * settled next. All changes are made within a turn, which begins with `open`.
 */
import { Buffer } from "node:buffer";
import type {
  DueOptions,
  RefusedAgain,
  SetAside,
  Undelivered,
  UndeliveredBox as RunsBox,
} from "../../engine/ports.ts";
import type { Platform } from "../platform.ts";
import { firstKept, isDue, keptAgain, type KeptLetter } from "./kept_letter.ts";
import {
  isPending,
  type LetterCounts,
  NO_LETTERS,
  withLetter,
  withoutLetter,
} from "./letter_counts.ts";

const PREFIX = "dead-letter/";
const COUNTS = "dead-letters";

export class UndeliveredBox {
  #counts: LetterCounts = NO_LETTERS;
  #written: LetterCounts = NO_LETTERS;
  /** Letters of this turn whose commit is not known to be made, by cursor. */
  readonly #kept = new Map<string, Map<string, KeptLetter>>();
  readonly #tried = new Set<string>();
  #accepting = false;
  #added = 0;

  constructor(private readonly platform: Platform) {}

  /** Begins a turn: another process may have had the one before. */
  async open(): Promise<void> {
    this.#kept.clear();
    this.#tried.clear();
    this.#accepting = false;
    this.#counts = await this.counts();
    this.#written = this.#counts;
    if (this.#counts.changing) await this.#recount();
  }

  /** The box as a run of the engine has it, whose cursor has a name of its own. */
  of(cursor: string): RunsBox {
    const setAside = () => this.#setAside;
    return {
      keep: (letters, revision) => this.#keep(cursor, letters, revision),
      due: (options) => this.due(options),
      noteTaken: () => this.#noteTaken(),
      remove: (eventIds) => this.remove(eventIds),
      refusedAgain: (letters) => this.refusedAgain(letters),
      get setAside() {
        return setAside();
      },
    };
  }

  /** Counts a cursor's letters if their commit was made, and drops them if not. `committed`: its revision. */
  async settle(cursor: string, committed: number): Promise<void> {
    const revision = this.#counts.pending[cursor];
    if (revision !== undefined) {
      const letters = this.#kept.get(cursor) ?? await this.#read(cursor, revision);
      if (committed >= revision) this.#count(letters.values());
      else {await Promise.all([...letters.keys()].map((id) =>
          this.platform.local.delete(PREFIX + id)
        ));}
      this.#forget(cursor);
    }
    await this.save();
  }

  /** Writes the counts, if they changed. */
  async save(): Promise<void> {
    const counts = { ...this.#counts, changing: false };
    if (JSON.stringify(counts) !== JSON.stringify(this.#written)) await this.#write(counts);
  }

  /** Dead letters that were added since this was asked last. */
  takeAdded(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }

  /** What is kept, as of the last turn. One row is read. */
  async counts(): Promise<LetterCounts> {
    const text = await this.platform.local.get(COUNTS);
    return text === null ? NO_LETTERS : JSON.parse(text);
  }

  /** At most `limit` letters, by event id, one at a time: from behind `after` on, and round to it again. */
  async *list(limit: number, after = ""): AsyncGenerator<KeptLetter> {
    const counts = await this.counts();
    const keys = await this.platform.local.list(PREFIX);
    const behind = keys.filter((key) => key > PREFIX + after);
    const upTo = keys.filter((key) => key <= PREFIX + after);
    let listed = 0;
    for (const key of [...behind, ...upTo]) {
      if (listed === limit) return;
      const letter = await this.#get(key);
      if (letter === null || isPending(counts, letter)) continue;
      listed++;
      yield letter;
    }
  }

  /**
   * Letters that are to be tried again now, none that was refused again in this turn. The oldest come first
   * or, as long as nothing is accepted, those that were tried longest ago: each gets its turn.
   */
  async due({ maxEvents, maxBytes, accepting }: DueOptions): Promise<readonly KeptLetter[]> {
    const nowMs = this.platform.now();
    if (accepting && !this.#accepting) this.#tried.clear(); // that tells more than it did before
    this.#accepting = accepting;
    const { dueAtMs, setAside } = this.#counts;
    const isAnyDue = (dueAtMs !== null && dueAtMs <= nowMs) || (accepting && setAside.events > 0);
    if (!isAnyDue) return [];
    const due: { id: string; at: string; bytes: number }[] = [];
    let next: LetterCounts = NO_LETTERS;
    for await (const letter of this.#all()) {
      if (isPending(this.#counts, letter)) continue;
      next = withLetter(next, letter);
      const { eventId: id, firstRefusedAt, refusedAt, json } = letter;
      if (!isDue(letter, nowMs, accepting) || this.#tried.has(id)) continue;
      const at = accepting ? firstRefusedAt : `${refusedAt} ${firstRefusedAt}`;
      due.push({ id, at, bytes: Buffer.byteLength(json) });
    }
    this.#counts = { ...this.#counts, dueAtMs: next.dueAtMs };
    due.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    const letters: KeptLetter[] = [];
    let bytes = 0;
    for (const one of due.slice(0, maxEvents)) {
      if (letters.length > 0 && bytes + one.bytes > maxBytes) break;
      bytes += one.bytes;
      letters.push(this.#withDoubt((await this.#get(PREFIX + one.id))!));
    }
    return letters;
  }

  /** These were delivered. */
  async remove(eventIds: readonly string[]): Promise<void> {
    for (const id of eventIds) {
      const letter = await this.#get(PREFIX + id);
      if (letter === null) continue;
      await this.#begin();
      await this.platform.local.delete(PREFIX + id);
      this.#counts = withoutLetter(this.#counts, letter);
    }
  }

  /** These were tried again, and refused again. */
  async refusedAgain(refusals: readonly RefusedAgain[]): Promise<void> {
    for (const refusal of refusals) {
      const letter = await this.#get(PREFIX + refusal.eventId);
      if (letter !== null) await this.#replace(letter, refusal);
      this.#tried.add(refusal.eventId);
    }
  }

  #noteTaken(): void {
    if (this.#setAside.events === 0) return;
    this.#counts = { ...this.#counts, takenAtMs: this.platform.now() };
  }

  #withDoubt(letter: KeptLetter): KeptLetter {
    const { takenAtMs } = this.#counts;
    const isTaken = takenAtMs !== null && Date.parse(letter.refusedAt) < takenAtMs;
    return { ...letter, isDoubted: letter.isDoubted || (letter.refusedAlone && isTaken) };
  }

  /** What is set aside, with what this turn has added to it. */
  get #setAside(): SetAside {
    const added = [...this.#kept.values()].flatMap((letters) => [...letters.values()]);
    return added.reduce(withLetter, this.#counts).setAside;
  }

  /** Keeps letters for a commit that is still to be made. One that is kept already is told again. */
  async #keep(cursor: string, refusals: readonly Undelivered[], revision: number): Promise<void> {
    const before = this.#counts.pending[cursor];
    if (before !== revision) {
      // a run that goes on to a further commit has made the one before
      if (before !== undefined) this.#count((this.#kept.get(cursor) ?? new Map()).values());
      this.#kept.delete(cursor);
      const pending = { ...this.#counts.pending, [cursor]: revision };
      this.#counts = { ...this.#counts, pending };
    }
    await this.#begin();
    for (const refusal of refusals) {
      const known = await this.#get(PREFIX + refusal.eventId);
      if (known !== null && !isPending(this.#counts, known)) {
        await this.#replace(known, { ...refusal, counts: true });
        continue;
      }
      const letter = firstKept(refusal, cursor, revision, this.platform.now());
      await this.#put(letter);
      const letters = this.#kept.get(cursor) ?? new Map<string, KeptLetter>();
      this.#kept.set(cursor, letters.set(letter.eventId, letter));
    }
  }

  async #replace(letter: KeptLetter, refusal: RefusedAgain): Promise<void> {
    await this.#begin();
    const again = keptAgain(letter, refusal, this.platform.now());
    await this.#put(again);
    this.#counts = withLetter(withoutLetter(this.#counts, letter), again);
    if (again.dead && !letter.dead) this.#added++;
  }

  #count(letters: Iterable<KeptLetter>): void {
    for (const letter of letters) {
      this.#counts = withLetter(this.#counts, letter);
      if (letter.dead) this.#added++;
    }
  }

  #forget(cursor: string): void {
    this.#kept.delete(cursor);
    const { [cursor]: _, ...pending } = this.#counts.pending;
    this.#counts = { ...this.#counts, pending };
  }

  /** The letters of a commit that an earlier process was about to make. */
  async #read(cursor: string, revision: number): Promise<Map<string, KeptLetter>> {
    const letters = new Map<string, KeptLetter>();
    for await (const letter of this.#all()) {
      if (letter.cursor === cursor && letter.revision === revision) {
        letters.set(letter.eventId, letter);
      }
    }
    return letters;
  }

  async #recount(): Promise<void> {
    const { pending, takenAtMs } = this.#counts;
    let counts: LetterCounts = { ...NO_LETTERS, pending, takenAtMs };
    for await (const letter of this.#all()) {
      if (!isPending(counts, letter)) counts = withLetter(counts, letter);
    }
    await this.#write(counts);
  }

  /** From here on the counts are not true if the run dies. */
  async #begin(): Promise<void> {
    const isSaid = this.#written.changing && this.#written.pending === this.#counts.pending;
    if (!isSaid) await this.#write({ ...this.#counts, changing: true });
  }

  async #write(counts: LetterCounts): Promise<void> {
    this.#counts = counts;
    await this.platform.local.put(COUNTS, JSON.stringify(counts));
    this.#written = counts;
  }

  async *#all(): AsyncGenerator<KeptLetter> {
    for (const key of await this.platform.local.list(PREFIX)) {
      const letter = await this.#get(key);
      if (letter !== null) yield letter;
    }
  }

  async #get(key: string): Promise<KeptLetter | null> {
    const text = await this.platform.local.get(key);
    return text === null ? null : JSON.parse(text);
  }

  async #put(letter: KeptLetter): Promise<void> {
    await this.platform.local.put(PREFIX + letter.eventId, JSON.stringify(letter));
  }
}
