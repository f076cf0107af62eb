/**
 * Asks for what is not set: LivePerson's credentials, then one destination or several, each from its own
 * table of settings. An answer is checked at once, and tried where there is something to try. Asks and
 * tries through what it is given.
 */
import { KINDS } from "../../src/destinations/catalog.ts";
import type { AnyKind } from "../../src/destinations/kind.ts";
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Problem } from "../../src/problems.ts";
import type { Variables } from "../cli/settings_file.ts";
import {
  isBegun,
  isBoundIn,
  isSet,
  listsAccounts,
  LIVEPERSON_NEEDED,
  neededFor,
  type NeededSetting,
  optionalFor,
} from "./settings.ts";

export interface Asker {
  /**
   * Empty for a setting that need not be set. `before`: the value so far, which may be left as it is and
   * is shown unless it is secret.
   */
  answer(setting: NeededSetting, before: string | undefined): Promise<string>;
  /** Some of these, by their ids. `least`: how many at least. */
  choose(
    message: string,
    options: readonly { readonly id: string; readonly label: string }[],
    least: number,
  ): Promise<readonly string[]>;
  /** Tells what is wrong, and asks whether to correct it. */
  corrects(problem: Problem): Promise<boolean>;
}

export interface InterviewTools {
  readonly asker: Asker;
  /** Tries LivePerson with these settings, or a kind of destination; null if nothing is wrong. */
  readonly tryOut: (settings: Variables, kind: AnyKind | null) => Promise<Problem | null>;
  /** Keeps answers until setup is complete. */
  readonly keep: (answers: Readonly<Record<string, string>>) => Promise<void>;
  /** Likewise what was chosen: ids of destinations, and names of settings that need not be set. */
  readonly keepChosen: (some: readonly string[]) => Promise<void>;
  /** What was chosen in a setup that was not completed, and the names of the settings answered there. */
  readonly chosen: readonly string[];
  readonly answered: readonly string[];
  /** The names of bindings, each of which may be a destination. */
  readonly bound: readonly string[];
}

export class Interview {
  readonly #answers: Record<string, string> = {};

  constructor(private readonly before: Variables, private readonly tools: InterviewTools) {}

  /** The answers, by name. @throws {AnsweredProblem} for what is wrong with them and was not corrected */
  async hold(): Promise<Readonly<Record<string, string>>> {
    if (listsAccounts(this.before)) return {};
    await this.#askUntilRight(null);
    for (const kind of await this.#chosenKinds()) await this.#askUntilRight(kind);
    return this.#answers;
  }

  get #known(): Variables {
    return { ...this.before, ...this.#answers };
  }

  #missing(settings: readonly NeededSetting[]): readonly NeededSetting[] {
    const known = this.#known;
    return settings.filter(({ name }) => !isSet(known[name]));
  }

  async #ask(settings: readonly NeededSetting[]): Promise<void> {
    for (const setting of settings) {
      const { name } = setting;
      const known = this.#known[name];
      const before = isSet(known) ? known : undefined;
      const answer = await this.tools.asker.answer(setting, before);
      if (answer === (before ?? "")) continue;
      this.#answers[name] = answer;
      await this.tools.keep({ [name]: answer });
    }
  }

  /** Of a kind of destination, or of LivePerson. Any setting that has a value may be the wrong one. */
  async #askUntilRight(kind: AnyKind | null): Promise<void> {
    const { asker, tryOut, chosen, answered } = this.tools;
    const needed = kind === null ? LIVEPERSON_NEEDED : neededFor(kind);
    const optional = kind === null ? [] : optionalFor(kind);
    const all = [...needed, ...optional];
    const missing = this.#missing([
      ...needed,
      ...optional.filter(({ name }) => chosen.includes(name)),
    ]);
    if (missing.length === 0 && !all.some(({ name }) => answered.includes(name))) return;
    await this.#ask(missing);
    if (missing.length > 0 && kind !== null) await this.#ask(await this.#chooseMore(kind));
    for (;;) {
      const problem = await tryOut(this.#known, kind);
      if (problem === null) return;
      if (!await asker.corrects(problem)) throw new AnsweredProblem(problem);
      await this.#ask(all.filter(({ name }) => isSet(this.#known[name])));
    }
  }

  /** Settings of a destination that have defaults, or may be left out. */
  async #chooseMore(kind: AnyKind): Promise<readonly NeededSetting[]> {
    const optional = this.#missing(optionalFor(kind));
    if (optional.length === 0) return [];
    const options = optional.map(({ name }) => ({ id: name, label: name }));
    const message = `Which other settings of ${kind.label} do you want to set?`;
    const names = await this.tools.asker.choose(message, options, 0);
    await this.tools.keepChosen(names);
    return optional.filter(({ name }) => names.includes(name));
  }

  /** The destinations that are begun, or that were chosen last time or are chosen now. */
  async #chosenKinds(): Promise<readonly AnyKind[]> {
    const { chosen, bound } = this.tools;
    const begun = KINDS.filter((kind) => chosen.includes(kind.id) || isBegun(kind, this.before));
    if (begun.length > 0 || KINDS.some(isBoundIn(bound))) return begun;
    const options = KINDS.map(({ id, label }) => ({ id, label }));
    const ids = await this.tools.asker.choose("Where should the events go?", options, 1);
    await this.tools.keepChosen(ids);
    return KINDS.filter(({ id }) => ids.includes(id));
  }
}
