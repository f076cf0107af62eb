/** The file in which states move between platforms. Reads and writes it. */
import { readFile, writeFile } from "node:fs/promises";
import * as v from "valibot";
import type { ImportedPage } from "../../src/collector/records/moved_state.ts";
import { scriptProblem } from "../cli/failure.ts";
import { reading, writing } from "../cli/paths.ts";

/** Only the owner may read it: it holds events. */
const OWNER_ONLY = 0o600;

const StateFile = v.object({
  version: v.literal(1),
  states: v.array(v.object({
    account: v.string(),
    /** The kind of the destination. */
    destination: v.nullable(v.string()),
    pages: v.array(v.object({
      rows: v.array(v.object({ key: v.string(), value: v.string() })),
      after: v.nullable(v.string()),
      seal: v.string(),
    })),
  })),
});

export interface MovedState {
  readonly account: string;
  readonly destination: string | null;
  readonly pages: readonly ImportedPage[];
}

export function rowsIn(states: readonly Pick<MovedState, "pages">[]): number {
  return states.flatMap(({ pages }) => pages).reduce((sum, { rows }) => sum + rows.length, 0);
}

/** @throws {AnsweredProblem} when something lies there already, or it can't be written */
export async function writeStates(path: string, states: readonly MovedState[]): Promise<void> {
  const text = JSON.stringify({ version: 1, states });
  try {
    await writing(path, () => writeFile(path, text, { mode: OWNER_ONLY, flag: "wx" }));
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    throw scriptProblem("export_exists", `${path} exists, and an export never replaces a file.`);
  }
}

/** @throws {AnsweredProblem} when it can't be read, or is no such file */
export async function readStates(path: string): Promise<readonly MovedState[]> {
  const text = await reading(path, () => readFile(path, "utf8"));
  const result = v.safeParse(StateFile, parsed(text));
  if (result.success) return result.output.states;
  throw scriptProblem("export_unreadable", `${path} is not an export, or not all of one.`);
}

/** Undefined if it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
