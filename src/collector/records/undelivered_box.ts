/**
 * Keeps the events that the destination refused, in the collector's own storage, until it accepts them. A
 * letter is written before the commit that moves past its event. If the run dies between the two, the event
 * is read again; so its letter does not count, is never delivered, and is dropped when the box is next
 * settled. All changes are made within a turn, which begins with `open`.
 */
import type {
  DueOptions,
  Line,
  RefusedAgain,
  Room,
  SetAside,
  SettledEvent,
  Undelivered,
  UndeliveredBox as RunsBox,
  WholeRefusal,
} from "../../engine/ports.ts";
import type { Platform } from "../platform.ts";
import {
  firstKept,
  isDue,
  keptAgain,
  keptAsRefused,
  type KeptLetter,
  type LetterFacts,
} from "./kept_letter.ts";
import { isChosen, type LetterChoice } from "./letter_choice.ts";
import {
  isPending,
  type LetterCounts,
  lettersIn,
  NO_LETTERS,
  withLetter,
} from "./letter_counts.ts";
import { asKept, hasContent, roomFor } from "./letter_quota.ts";
import { LetterSeal, type NamedSecret } from "./letter_seal.ts";
import { LetterStore } from "./letter_store.ts";

export class UndeliveredBox {
  readonly #letters: LetterStore;
  /** Letters of this turn whose commit is not known to have been made, by cursor. */
  readonly #kept = new Map<string, Map<string, LetterFacts>>();
  readonly #tried = new Set<string>();
  #accepting = false;
  #added = 0;

  /**
   * `maxDeadLetters`: how many there may be; see `letter_quota.ts`. `secrets`: what opens the letters; one of
   * them at a time may change.
   */
  constructor(
    private readonly platform: Platform,
    private readonly maxDeadLetters: number,
    secrets: readonly NamedSecret[],
  ) {
    const seal = new LetterSeal(platform.local, secrets);
    this.#letters = new LetterStore(platform.local, seal);
  }

  /** Begins a turn: the previous one may have been another process's. */
  async open(): Promise<void> {
    this.#kept.clear();
    this.#tried.clear();
    this.#accepting = false;
    await this.#letters.open();
  }

  /** The box as a run of the engine sees it; the run's cursor has its own name. */
  of(cursor: string): RunsBox {
    const setAside = () => this.#setAside;
    return {
      keep: (letters, revision) => this.#keep(cursor, letters, revision),
      roomFor: (letters) => this.#roomFor(letters),
      due: (options) => this.due(options),
      noteTaken: () => this.#noteTaken(),
      noteDelivered: (events) => this.#noteDelivered(events),
      remove: (eventIds) => this.remove(eventIds),
      refusedAgain: (letters) => this.refusedAgain(letters),
      get setAside() {
        return setAside();
      },
    };
  }

  /** Counts a cursor's letters if their commit was made, and drops them if not. `committed`: its revision. */
  async settle(cursor: string, committed: number): Promise<void> {
    const revision = this.#letters.counts.pending[cursor];
    if (revision !== undefined) {
      const letters = this.#kept.get(cursor) ?? await this.#read(cursor, revision);
      if (committed >= revision) this.#count(letters.values());
      else await this.#letters.drop(letters.keys());
      this.#kept.delete(cursor);
      this.#letters.setPending(cursor, null);
    }
    await this.save();
  }

  /** Writes the counts, if they changed. */
  async save(): Promise<void> {
    await this.#letters.save();
  }

  /** Dead letters that were added since the last call. */
  takeAdded(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }

  /** What is kept, as of the last turn. Reads one row. */
  async counts(): Promise<LetterCounts> {
    return await this.#letters.readCounts();
  }

  /** One letter; null if it is not kept. */
  async get(eventId: string): Promise<KeptLetter | null> {
    const letter = await this.#letters.get(eventId);
    return letter === null || isPending(await this.counts(), letter) ? null : letter;
  }

  /** The chosen letters in order of event id, one at a time, beginning after `after`. */
  async *chosen(choice: LetterChoice, after = ""): AsyncGenerator<KeptLetter> {
    const counts = await this.counts();
    const ids = choice.ids?.toSorted() ?? await this.#letters.eventIds();
    for (const id of new Set(ids)) {
      const letter = id > after ? await this.#letters.get(id) : null;
      if (letter === null || isPending(counts, letter) || !isChosen(letter, choice)) continue;
      yield letter;
    }
  }

  /** The chosen letters without their events, which stay sealed. */
  async *facts(choice: LetterChoice = {}): AsyncGenerator<LetterFacts> {
    const counts = await this.counts();
    for await (const letter of this.#letters.facts(choice.ids)) {
      if (!isPending(counts, letter) && isChosen(letter, choice)) yield letter;
    }
  }

  /**
   * Letters that are to be tried again now, except those refused again in this turn. The oldest come first
   * or, as long as nothing is accepted, those that were tried longest ago, so that each gets its turn.
   */
  async due(
    { maxEvents, maxBytes, envelopeBytes, accepting }: DueOptions,
  ): Promise<readonly KeptLetter[]> {
    const nowMs = this.platform.now();
    if (accepting && !this.#accepting) this.#tried.clear(); // a refusal now tells more than it did before
    this.#accepting = accepting;
    const { dueAtMs, setAside } = this.#letters.counts;
    const isAnyDue = (dueAtMs !== null && dueAtMs <= nowMs) || (accepting && setAside.events > 0);
    if (!isAnyDue) return [];
    const due: { id: string; at: string; bytes: number }[] = [];
    let next: LetterCounts = NO_LETTERS;
    for await (const letter of this.#letters.facts()) {
      if (isPending(this.#letters.counts, letter)) continue;
      next = withLetter(next, letter);
      const { eventId: id, firstRefusedAt, refusedAt } = letter;
      if (!isDue(letter, nowMs, accepting) || this.#tried.has(id)) continue;
      const at = accepting ? firstRefusedAt : `${refusedAt} ${firstRefusedAt}`;
      due.push({ id, at, bytes: letter.bytes + envelopeBytes });
    }
    this.#letters.setDueAt(next.dueAtMs);
    due.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    const letters: KeptLetter[] = [];
    let bytes = 0;
    for (const one of due) {
      if (letters.length === maxEvents) break;
      if (letters.length > 0 && bytes + one.bytes > maxBytes) break;
      const letter = (await this.#letters.get(one.id))!;
      if (!hasContent(letter)) continue;
      bytes += one.bytes;
      letters.push(this.#withDoubt(letter));
    }
    return letters;
  }

  /** These were delivered. */
  async remove(eventIds: readonly string[]): Promise<void> {
    for (const id of eventIds) {
      const letter = await this.#letters.factsOf(id);
      const counts = letter !== null && !isPending(this.#letters.counts, letter);
      if (counts) await this.#letters.remove(letter);
    }
  }

  /** These were tried again, and refused again. */
  async refusedAgain(refusals: readonly RefusedAgain[]): Promise<void> {
    for (const refusal of refusals) {
      const letter = await this.#letters.get(refusal.eventId);
      if (letter !== null) await this.#replace(letter, refusal);
      this.#tried.add(refusal.eventId);
    }
  }

  /** Most events are newer than any letter's; only if one is not, the letters' ids are listed. */
  async #noteDelivered(events: readonly SettledEvent[]): Promise<void> {
    const { newestMs } = this.#letters.counts;
    if (newestMs === null || lettersIn(this.#letters.counts) === 0) return;
    const old = events.filter(({ seen }) => seen.timeMs <= newestMs);
    if (old.length === 0) return;
    const kept = new Set(await this.#letters.eventIds());
    await this.remove(old.map(({ eventId }) => eventId).filter((id) => kept.has(id)));
  }

  /** This one was refused again, alone, when somebody had it delivered again: not by a run. */
  async noteRefusal(
    letter: KeptLetter,
    line: Line,
    refusal: WholeRefusal["refusedWhole"],
  ): Promise<void> {
    const refused = keptAsRefused(this.#withDoubt(letter), line, refusal, this.platform.now());
    await this.#letters.replace(letter, refused);
  }

  #noteTaken(): void {
    if (this.#setAside.events === 0) return;
    this.#letters.setTakenAt(this.platform.now());
  }

  #withDoubt(letter: KeptLetter): KeptLetter {
    const { takenAtMs } = this.#letters.counts;
    const isTaken = takenAtMs !== null && Date.parse(letter.refusedAt) < takenAtMs;
    return { ...letter, isDoubted: letter.isDoubted || (letter.refusedAlone && isTaken) };
  }

  /** What is set aside, including what this turn has added. */
  get #setAside(): SetAside {
    return this.#all.setAside;
  }

  /** What is kept, including what this turn has added. */
  get #all(): LetterCounts {
    const added = [...this.#kept.values()].flatMap((letters) => [...letters.values()]);
    return added.reduce(withLetter, this.#letters.counts);
  }

  #roomFor(letters: readonly Undelivered[]): Room {
    const all = this.#all;
    const asTheyAre = letters.map((letter) => asKept(letter, all, this.maxDeadLetters));
    return roomFor(all, asTheyAre, this.maxDeadLetters);
  }

  /** Keeps letters for a commit that is still to be made. A letter that is already kept is updated. */
  async #keep(cursor: string, refusals: readonly Undelivered[], revision: number): Promise<void> {
    const before = this.#letters.counts.pending[cursor];
    if (before !== revision) {
      // a run that gets to a further commit has made the one before
      if (before !== undefined) this.#count((this.#kept.get(cursor) ?? new Map()).values());
      this.#kept.delete(cursor);
      this.#letters.setPending(cursor, revision);
    }
    for (const refusal of refusals) {
      const known = await this.#letters.get(refusal.eventId);
      if (known !== null && !isPending(this.#letters.counts, known)) {
        await this.#replace(known, { ...refusal, counts: true });
        continue;
      }
      const kept = asKept(refusal, this.#all, this.maxDeadLetters);
      const letter = firstKept(kept, cursor, revision, this.platform.now());
      await this.#letters.add(letter);
      const letters = this.#kept.get(cursor) ?? new Map<string, LetterFacts>();
      this.#kept.set(cursor, letters.set(letter.eventId, letter));
    }
  }

  async #replace(letter: KeptLetter, refusal: RefusedAgain): Promise<void> {
    const again = keptAgain(letter, refusal, this.platform.now());
    await this.#letters.replace(letter, again);
    if (again.dead && !letter.dead) this.#added++;
  }

  #count(letters: Iterable<LetterFacts>): void {
    for (const letter of letters) {
      this.#letters.count(letter);
      if (letter.dead) this.#added++;
    }
  }

  /** The letters of a commit that an earlier process was about to make. */
  async #read(cursor: string, revision: number): Promise<Map<string, LetterFacts>> {
    const letters = new Map<string, LetterFacts>();
    for await (const letter of this.#letters.facts()) {
      if (letter.cursor === cursor && letter.revision === revision) {
        letters.set(letter.eventId, letter);
      }
    }
    return letters;
  }
}
