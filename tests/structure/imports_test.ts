/** The folders of `src` and of `scripts` import one way: whoever follows the arrows never comes back to where they began. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** An import of another file of `src`; both paths are relative to the repository. */
interface Import {
  readonly from: string;
  readonly to: string;
}

async function importsOf(folder: string): Promise<Import[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  const files = names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
  const imports = await Promise.all(files.map(async (from) => {
    const text = await readFile(join(ROOT, from), "utf8");
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|@ts-types=)[\s(]*"(\.[^"]+)"/g)];
    return specifiers.map(([, to]) => ({ from, to: normalize(join(dirname(from), to)) }));
  }));
  return imports.flat();
}

/**
 * Every import that is part of a circle between what lies side by side: two folders of one folder, or a
 * folder and a file next to it. As `a → b (file imports file)`.
 */
function circular(imports: readonly Import[]): string[] {
  const folders = new Set(imports.flatMap(({ from, to }) => [...above(from), ...above(to)]));
  return [...folders].sort().flatMap((folder) => circularIn(folder, imports));
}

function circularIn(folder: string, imports: readonly Import[]): string[] {
  const edges = imports
    .map(({ from, to }) => ({ a: partOf(folder, from), b: partOf(folder, to), from, to }))
    .filter(({ a, b }) => a !== null && b !== null && a !== b);
  const next = new Map<string, Set<string>>();
  for (const { a, b } of edges) next.set(a!, (next.get(a!) ?? new Set()).add(b!));
  const leadsTo = (target: string, from: string): boolean => {
    const reached = new Set([from]);
    for (const one of reached) for (const step of next.get(one) ?? []) reached.add(step);
    return reached.has(target);
  };
  return edges.filter(({ a, b }) => leadsTo(a!, b!))
    .map(({ a, b, from, to }) => `${a} → ${b} (${from} imports ${to})`);
}

/** The folders that a file lies in, from the inside out. */
function above(file: string): string[] {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...above(folder)];
}

/** What of a folder holds the file: one of its folders, or the file itself; null if it lies elsewhere. */
function partOf(folder: string, file: string): string | null {
  if (!file.startsWith(`${folder}/`)) return null;
  return `${folder}/${file.slice(folder.length + 1).split("/")[0]}`;
}

Deno.test("a circle of folders is found, and told with the imports that make it", () => {
  const imports = [
    { from: "src/a/x.ts", to: "src/b/deep/y.ts" },
    { from: "src/b/z.ts", to: "src/c/z.ts" },
    { from: "src/c/z.ts", to: "src/a/w.ts" },
    { from: "src/a/x.ts", to: "src/errors.ts" },
    { from: "src/b/z.ts", to: "src/errors.ts" },
    { from: "src/d/index.ts", to: "src/d/deep/y.ts" },
    { from: "src/d/deep/y.ts", to: "src/d/kind.ts" },
    { from: "src/e/index.ts", to: "src/e/deep/y.ts" },
    { from: "src/e/deep/y.ts", to: "src/e/index.ts" },
  ];
  assert.deepEqual(circular(imports), [
    "src/a → src/b (src/a/x.ts imports src/b/deep/y.ts)",
    "src/b → src/c (src/b/z.ts imports src/c/z.ts)",
    "src/c → src/a (src/c/z.ts imports src/a/w.ts)",
    "src/e/index.ts → src/e/deep (src/e/index.ts imports src/e/deep/y.ts)",
    "src/e/deep → src/e/index.ts (src/e/deep/y.ts imports src/e/index.ts)",
  ]);
});

Deno.test("no two folders of src import each other, at any depth", async () => {
  const imports = await importsOf("src");
  assert.ok(imports.length > 300, `${imports.length} imports are read`);
  assert.deepEqual(circular(imports), []);
});

Deno.test("nor do two folders of scripts", async () => {
  const imports = await importsOf("scripts");
  assert.ok(imports.length > 150, `${imports.length} imports are read`);
  assert.deepEqual(circular(imports), []);
});

Deno.test("what runs on Deno never imports the Workers runtime", async () => {
  const reached = new Set(["src/deno/main.ts"]);
  const imports = await importsOf("src");
  for (const file of reached) {
    for (const { from, to } of imports) if (from === file) reached.add(to);
  }
  assert.ok(reached.size > 50);
  assert.deepEqual([...reached].filter((file) => file.startsWith("src/cloudflare/")), []);
});
