/** The KV namespace: created once, its id kept in wrangler.toml. */
import { readFile, writeFile } from "node:fs/promises";
import { scriptProblem } from "../cli/failure.ts";
import type { Wrangler } from "./wrangler.ts";
import { namespaceId, namespaceTitle, withNamespaceId } from "./wrangler_toml.ts";

interface Namespace {
  /** Null in a dry run that would create it. */
  readonly id: string | null;
  readonly found: "in wrangler.toml" | "created" | "by its name";
}

/** `configArguments`: the arguments that name another wrangler.toml. */
export async function ensureNamespace(
  wrangler: Wrangler,
  tomlPath: string,
  configArguments: readonly string[],
): Promise<Namespace> {
  const toml = await readFile(tomlPath, "utf8");
  const known = namespaceId(toml);
  if (known !== null) return { id: known, found: "in wrangler.toml" };
  const title = namespaceTitle(toml);
  const answer = await wrangler.tryTo("kv", "namespace", "create", title, ...configArguments);
  if (answer === null) return { id: null, found: "created" };
  const created = answer.ok ? CREATED_ID.exec(answer.text)?.[1] : undefined;
  const id = created ?? await existing(wrangler, title, answer.text, configArguments);
  await writeFile(tomlPath, withNamespaceId(toml, id));
  return { id, found: created === undefined ? "by its name" : "created" };
}

const CREATED_ID = /["']?id["']?\s*[=:]\s*["']([0-9a-f]{32})["']/i;

/** An earlier setup or deployment may have created it, and its id been lost. */
async function existing(
  wrangler: Wrangler,
  title: string,
  said: string,
  configArguments: readonly string[],
): Promise<string> {
  if (!/already exists/i.test(said)) throw failed("Its output above says why.");
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
      "If it is about signing in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN. Or create " +
      "the namespace yourself, and write its id into wrangler.toml.",
  });
}
