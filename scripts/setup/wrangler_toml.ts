/**
 * Reads and writes the KV namespace's id in wrangler.toml, and leaves everything else as it is; reads which
 * buckets are bound. Pure.
 */
import { scriptProblem } from "../cli/failure.ts";

const BINDING = "CURSORS";

interface Block {
  readonly lines: readonly string[];
  /** The lines with the binding and with the id. */
  readonly bindingAt: number;
  readonly idAt: number;
}

/** The id; null if there is none. @throws {AnsweredProblem} when the namespace is not there at all */
export function namespaceId(toml: string): string | null {
  const { lines, idAt } = findBlock(toml);
  return idAt === -1 ? null : ID.exec(lines[idAt])![1] || null;
}

/** The file with this id. @throws {AnsweredProblem} when the namespace is not there at all */
export function withNamespaceId(toml: string, id: string): string {
  const { lines, bindingAt, idAt } = findBlock(toml);
  const carriageReturn = lines[bindingAt].endsWith("\r") ? "\r" : "";
  const indent = /^\s*/.exec(lines[bindingAt])![0];
  const line = `${indent}id = "${id}"${carriageReturn}`;
  const next = idAt === -1 ? lines.toSpliced(bindingAt + 1, 0, line) : lines.with(idAt, line);
  return next.join("\n");
}

/**
 * The title of the namespace. `wrangler deploy` gives the same title to one that it creates itself: so
 * whichever comes first, both mean the same namespace.
 */
export function namespaceTitle(toml: string): string {
  const top = toml.split(/^\s*\[/m)[0];
  const name = /^\s*name\s*=\s*["']([^"']+)["']/m.exec(top)?.[1];
  if (name !== undefined) return `${name}-${BINDING.toLowerCase()}`;
  throw scriptProblem(
    "wrangler_toml_unreadable",
    'There is no name = "…" at its beginning.',
    { title: "wrangler.toml has no name for the Worker" },
  );
}

/** The names of the bindings of R2 buckets. */
export function boundBuckets(toml: string): readonly string[] {
  const [, ...tables] = toml.split(/^[ \t]*\[\[[ \t]*r2_buckets[ \t]*\]\]/m);
  return tables.flatMap((table) => {
    const [own] = table.split(/^[ \t]*\[/m);
    const name = /^[ \t]*binding[ \t]*=[ \t]*["']([^"']+)["']/m.exec(own)?.[1];
    return name === undefined ? [] : [name];
  });
}

const ID = /^\s*id\s*=\s*["']([^"']*)["']/;
const HEADER = /^\s*\[/;

/** The `[[kv_namespaces]]` table whose binding is CURSORS. */
function findBlock(toml: string): Block {
  const lines = toml.split("\n");
  const isBinding = new RegExp(`^\\s*binding\\s*=\\s*["']${BINDING}["']`);
  for (const [start, line] of lines.entries()) {
    if (!/^\s*\[\[\s*kv_namespaces\s*\]\]/.test(line)) continue;
    const next = lines.findIndex((other, at) => at > start && HEADER.test(other));
    const end = next === -1 ? lines.length : next;
    const within = (pattern: RegExp) =>
      lines.findIndex((other, at) => at > start && at < end && pattern.test(other));
    const bindingAt = within(isBinding);
    if (bindingAt !== -1) return { lines, bindingAt, idAt: within(ID) };
  }
  throw scriptProblem(
    "wrangler_toml_unreadable",
    `There is no [[kv_namespaces]] with binding = "${BINDING}".`,
    { title: "wrangler.toml has no KV namespace for the cursor" },
  );
}
