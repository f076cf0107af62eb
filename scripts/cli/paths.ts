/** Files that an operator names: one that can't be read or written becomes a problem that says why. */
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { fileFailure, type FileUse } from "../../src/deno/file_failure.ts";
import type { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { scriptProblem, usageError } from "./failure.ts";
import type { ScriptCode } from "./script_reasons.ts";

const CODES: Readonly<Record<FileUse, ScriptCode>> = {
  read: "file_unreadable",
  written: "file_unwritable",
};

/**
 * The path that an option names.
 * @throws {CollectorError} `arguments_invalid` when it is missing or empty
 */
export function namedPath(option: string, path: string | undefined): string {
  if (path === undefined) throw usageError(`${option} is missing.`);
  if (path.trim() === "") throw usageError(`${option} is empty: it must be the path of a file.`);
  return path;
}

/**
 * Does what reads this file.
 * @throws {AnsweredProblem} `file_unreadable`, instead of the operating system's error
 */
export function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  return using(path, "read", work);
}

/**
 * The text of a file; null if there is no such file.
 * @throws {AnsweredProblem} `file_unreadable`
 */
export function readIfThere(path: string): Promise<string | null> {
  return reading(path, () =>
    readFile(path, "utf8").catch((error) => {
      if (error.code === "ENOENT") return null;
      throw error;
    }));
}

/**
 * Does what writes this file. An existing file that is in the way (`EEXIST`) is the caller's own affair.
 * @throws {AnsweredProblem} `file_unwritable`, instead of the operating system's error
 */
export function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  return using(path, "written", work);
}

/**
 * Finds out early whether this file can be written later: a file beside it is created and removed.
 * @throws {AnsweredProblem} `file_unwritable`
 */
export function mustBeWritable(path: string): Promise<void> {
  return writing(path, async () => {
    const probe = `${path}.${crypto.randomUUID()}`;
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
  });
}

/**
 * Is there anything at this path?
 * @throws {AnsweredProblem} `file_unreadable`, if this user may not know
 */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw pathProblem(path, "read", error) ?? error;
  }
}

async function using<T>(path: string, use: FileUse, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw pathProblem(path, use, error) ?? error;
  }
}

/** What the operating system's error means for this path; null if the error is not about a path. Pure. */
export function pathProblem(path: string, use: FileUse, error: unknown): AnsweredProblem | null {
  const why = fileFailure(error, path, use);
  if (why === null) return null;
  const problem = scriptProblem(CODES[use], `${path} can't be ${use}: ${why}.`);
  return Object.assign(problem, { cause: error });
}
