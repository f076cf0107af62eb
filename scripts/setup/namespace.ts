/**
 * The KV namespace: created once. Its id is kept in a copy of wrangler.toml that is deployed: wrangler.toml
 * itself is the repository's, and stays as it is.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { scriptProblem } from "../cli/failure.ts";
import { readIfThere, reading, writing } from "../cli/paths.ts";
import type { Wrangler } from "./wrangler.ts";
import { namespaceId, namespaceTitle, withNamespaceId } from "./wrangler_toml.ts";

interface Namespace {
  /** Null in a dry run that would create it. */
  readonly id: string | null;
  readonly found: "in wrangler.toml" | "from an earlier setup" | "created" | "by its name";
  /** Of the file to deploy with. */
  readonly configPath: string;
}

/** Beside wrangler.toml, as its paths count from where it lies. Git ignores it. */
const COPY = "wrangler.setup.toml";

export async function ensureNamespace(wrangler: Wrangler, tomlPath: string): Promise<Namespace> {
  const toml = await readToml(tomlPath);
  const own = namespaceId(toml);
  if (own !== null) return { id: own, found: "in wrangler.toml", configPath: tomlPath };
  const configPath = copyOf(tomlPath);
  const keep = (id: string) =>
    writing(configPath, () => writeFile(configPath, withNamespaceId(toml, id)));
  const copied = await readIfThere(configPath);
  const known = copied === null ? null : namespaceId(copied);
  if (known !== null) {
    if (!wrangler.isDryRun) await keep(known); // wrangler.toml may have changed since
    return { id: known, found: "from an earlier setup", configPath };
  }
  const configArguments = ["--config", tomlPath];
  const title = namespaceTitle(toml);
  const answer = await wrangler.tryTo("kv", "namespace", "create", title, ...configArguments);
  if (answer === null) return { id: null, found: "created", configPath };
  const created = answer.ok ? CREATED_ID.exec(answer.text)?.[1] : undefined;
  const id = created ?? await existing(wrangler, title, answer.text, configArguments);
  await keep(id);
  return { id, found: created === undefined ? "by its name" : "created", configPath };
}

/** @throws {AnsweredProblem} `file_unreadable` */
export function readToml(path: string): Promise<string> {
  return reading(path, () => readFile(path, "utf8"));
}

/** The file that the namespace's id is kept in, if wrangler.toml itself has none. */
export function copyOf(tomlPath: string): string {
  return join(dirname(tomlPath), COPY);
}

const CREATED_ID = /["']?id["']?\s*[=:]\s*["']([0-9a-f]{32})["']/i;

/** An earlier setup or deployment may have created it, and its id been lost. */
async function existing(
  wrangler: Wrangler,
  title: string,
  said: string,
  configArguments: readonly string[],
): Promise<string> {
  if (!/already exists/i.test(said)) throw failed("The output above says why.");
  const list = await wrangler.mustDo("kv", "namespace", "list", ...configArguments);
  const found = parseList(list!).find((one) => one.title === title);
  if (found === undefined) throw failed("A namespace of this name exists, but is not listed.");
  return found.id;
}

function parseList(text: string): readonly { id: string; title: string }[] {
  try {
    return JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1));
  } catch {
    return [];
  }
}

function failed(detail: string): Error {
  return scriptProblem("wrangler_failed", detail, {
    title: "The KV namespace could not be created",
    action:
      "Correct what wrangler's output names, or create the namespace yourself and write its id " +
      "into wrangler.toml.",
  });
}
