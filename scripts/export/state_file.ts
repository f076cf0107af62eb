/** The file in which states move between platforms. Reads and writes it. */
import { readFile, writeFile } from "node:fs/promises";
import * as v from "valibot";
import type { ImportedPage } from "../../src/collector/records/moved_state.ts";
import { scriptProblem } from "../cli/failure.ts";

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

export function rowsIn(states: readonly MovedState[]): number {
  return states.flatMap(({ pages }) => pages).reduce((sum, { rows }) => sum + rows.length, 0);
}

/** @throws {AnsweredProblem} when something lies there already */
export async function writeStates(path: string, states: readonly MovedState[]): Promise<void> {
  const text = JSON.stringify({ version: 1, states });
  try {
    await writeFile(path, text, { mode: OWNER_ONLY, flag: "wx" });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    throw scriptProblem("export_exists", `${path} exists, and an export never replaces a file.`);
  }
}

/** @throws {AnsweredProblem} when it is no such file */
export async function readStates(path: string): Promise<readonly MovedState[]> {
  let given: unknown;
  try {
    given = JSON.parse(await readFile(path, "utf8"));
  } catch {
    // refused below
  }
  const result = v.safeParse(StateFile, given);
  if (result.success) return result.output.states;
  throw scriptProblem("export_unreadable", `${path} does not exist, or is not an export.`);
}
