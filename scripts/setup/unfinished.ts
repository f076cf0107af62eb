/**
 * The answers of a setup that was not completed, and what was chosen, in a file beside the settings file,
 * which only its owner can read and git ignores. The next setup need not ask for them again.
 */
import { rm } from "node:fs/promises";
import { readSettingsFile } from "../../src/settings/settings_file.ts";
import { readIfThere } from "../cli/paths.ts";
import type { Variables } from "../cli/settings_file.ts";
import { keepSettings } from "./keep_settings.ts";

/** Holds what was chosen. It is not a setting, and is never deployed. */
const CHOSEN = "SETUP_CHOSEN";

/** What a setup that was not completed has left. */
export interface Earlier {
  readonly answers: Variables;
  /** Ids of destinations, and names of settings that need not be set. */
  readonly chosen: readonly string[];
}

export class Unfinished {
  readonly path: string;

  constructor(settingsFile: string) {
    this.path = `${settingsFile}.setup`;
  }

  async read(): Promise<Earlier> {
    const text = await readIfThere(this.path) ?? "";
    const { [CHOSEN]: chosen = "", ...answers } = readSettingsFile(text, []).variables;
    return { answers, chosen: chosen.split(",").filter((one) => one !== "") };
  }

  async keep(answers: Readonly<Record<string, string>>): Promise<void> {
    await keepSettings(this.path, answers);
  }

  /** Adds to what was chosen before. */
  async keepChosen(some: readonly string[]): Promise<void> {
    const { chosen } = await this.read();
    await this.keep({ [CHOSEN]: [...new Set([...chosen, ...some])].join(",") });
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
