/**
 * Files and folders that an operator names, and why they can't be read or written. The decision is pure;
 * `reading` and `writing` wrap whoever does the I/O.
 */
import { dirname, resolve } from "node:path";
import type { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { scriptProblem, usageError } from "./failure.ts";
import type { ScriptCode } from "./script_reasons.ts";

type Use = "read" | "written";

const CODES: Readonly<Record<Use, ScriptCode>> = {
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
 * Does what writes this file. An existing file that is in the way (`EEXIST`) is the caller's own affair.
 * @throws {AnsweredProblem} `file_unwritable`, instead of the operating system's error
 */
export function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  return using(path, "written", work);
}

async function using<T>(path: string, use: Use, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw pathProblem(path, use, error) ?? error;
  }
}

/** What the operating system's error means for this path; null if the error is not about a path. Pure. */
export function pathProblem(path: string, use: Use, error: unknown): AnsweredProblem | null {
  const { code } = error as { code?: unknown };
  const why = typeof code === "string" ? reasonOf(code, path, use) : null;
  if (why === null) return null;
  return Object.assign(scriptProblem(CODES[use], `${path} can't be ${use}: ${why}.`), {
    cause: error,
  });
}

function reasonOf(code: string, path: string, use: Use): string | null {
  const folder = dirname(resolve(path));
  switch (code) {
    case "ENOENT":
      return use === "read" ? "there is no such file" : `there is no folder ${folder}`;
    case "EACCES":
    case "EPERM":
      return use === "read"
        ? `this user needs permission to read it, and to enter the folder ${folder}`
        : `this user needs permission to write it, and to create files in the folder ${folder}`;
    case "EROFS":
      return "the file system is read-only";
    case "EISDIR":
      return "it is a folder";
    case "ENOTDIR":
      return "part of the path is a file, not a folder";
    case "ENOSPC":
    case "EDQUOT":
      return "there is no space left";
    case "ENAMETOOLONG":
      return "its name is too long";
    default:
      return null;
  }
}
