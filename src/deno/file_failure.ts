/** Why a file can't be read or written, in the words of an operator. Pure. */
import { dirname, resolve } from "node:path";

export type FileUse = "read" | "written";

/**
 * What the operating system's error says of this file, without the path itself; null if the error is not
 * about a file, or says that one exists already.
 */
export function fileFailure(error: unknown, path: string, use: FileUse): string | null {
  const folder = dirname(resolve(path));
  switch ((error as { code?: unknown }).code) {
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
