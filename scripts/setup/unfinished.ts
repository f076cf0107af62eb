/**
 * The answers of a setup that was not completed, in a file beside the settings file, which only its owner
 * can read and git ignores. The next setup need not ask for them again.
 */
import { readFile, rm } from "node:fs/promises";
import { readSettingsFile } from "../../src/settings/settings_file.ts";
import type { Variables } from "../cli/settings_file.ts";
import { keepSettings } from "./keep_settings.ts";

export class Unfinished {
  readonly path: string;

  constructor(settingsFile: string) {
    this.path = `${settingsFile}.setup`;
  }

  async read(): Promise<Variables> {
    const text = await readFile(this.path, "utf8").catch((error) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return readSettingsFile(text, []).variables;
  }

  async keep(answers: Readonly<Record<string, string>>): Promise<void> {
    await keepSettings(this.path, answers);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
