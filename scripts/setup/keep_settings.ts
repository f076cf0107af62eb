/** Saves settings in a `.dev.vars` file that only its owner can read. The rest of the file stays as it is. */
import { chmod, rename, writeFile } from "node:fs/promises";
import { parse } from "dotenv";
import { scriptProblem } from "../cli/failure.ts";
import { readIfThere, writing } from "../cli/paths.ts";

/** @throws {AnsweredProblem} `file_unreadable`, `file_unwritable` or `setting_unwritable` */
export async function keepSettings(
  path: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const text = withSettings(await readIfThere(path) ?? "", settings);
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await writing(path, async () => {
    await writeFile(unfinished, text, { mode: 0o600, flag: "wx" });
    await chmod(unfinished, 0o600);
    await rename(unfinished, path);
  });
}

/** The text of the file with these settings: in their existing lines, or at the end. */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  let lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  for (const [name, value] of Object.entries(settings)) {
    const line = `${name}=${quoted(name, value)}`;
    const own = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
    const at = lines.findLastIndex((one) => own.test(one));
    lines = at === -1 ? [...lines, line] : lines.with(at, line);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function quoted(name: string, value: string): string {
  const written = ['"', "'", "`"].map((quote) => `${quote}${value}${quote}`)
    .find((text) => !/[\n\r$\\]/.test(value) && parse(`A=${text}`).A === value) ??
    `'${value}'`;
  if (parse(`A=${written}`).A === value) return written;
  throw scriptProblem(
    "setting_unwritable",
    `${name} has characters that a settings file can't hold.`,
  );
}
