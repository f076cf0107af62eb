/** docs/security.md is in step with the tests that it names; links between pages lead somewhere. */
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";

Deno.test("every test that docs/security.md names is there", async () => {
  const page = (await readFile(join(ROOT, "docs", "security.md"), "utf8")).replace(/\s+/g, " ");
  const named = [...page.matchAll(/\[([^\]]+)\]\(\.\.\/(tests\/[\w/]+\.ts)\)/g)];
  assert.ok(named.length > 15);
  for (const [, name, file] of named) {
    const text = await readFile(join(ROOT, file), "utf8");
    const begins = text.split(/\b(?:test|step)\(\s*/).slice(1).map((rest) => rest.slice(1));
    assert.ok(begins.some((rest) => rest.startsWith(name)), `${file} has a test "${name}"`);
  }
});

Deno.test("every threat of docs/security.md has what stops it, and a test that shows it", async () => {
  const page = await readFile(join(ROOT, "docs", "security.md"), "utf8");
  const [, table] = /\n\| who [^\n]*\n\| -[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page)!;
  const rows = table.trim().split("\n");
  assert.ok(rows.length > 20);
  for (const row of rows) {
    const cells = row.split("|").slice(1, -1).map((cell) => cell.trim());
    assert.ok(cells.length === 4 && cells.every((cell) => cell !== ""), row);
    assert.match(cells[3], /\]\(\.\.\/tests\//, row);
  }
});

Deno.test("every link from a page to another leads to a file, and to a heading of it", async () => {
  const folders = ["docs", ".github"];
  const found = await Promise.all(
    folders.map((folder) => readdir(join(ROOT, folder), { recursive: true })),
  );
  const pages = found.flatMap((names, i) => names.map((name) => join(folders[i], name)));
  const texts = ["README.md", "CHANGELOG.md", ...pages.filter((name) => name.endsWith(".md"))];
  assert.ok(texts.length > 15);
  for (const name of texts) {
    const text = await readFile(join(ROOT, name), "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [path, heading] = target.split("#");
      const file = path === "" ? join(ROOT, name) : join(ROOT, dirname(name), path);
      const there = await stat(file).catch(() => null);
      assert.ok(there !== null, `${name} links to ${relative(ROOT, file)}, which is not there`);
      if (heading === undefined || heading === "") continue;
      const headings = [...(await readFile(file, "utf8")).matchAll(/^#+ (.+)$/gm)].map((
        [, title],
      ) => slug(title));
      assert.ok(headings.includes(heading), `${name} links to ${target}: there is no such heading`);
    }
  }
});

/** As GitHub makes it from a heading. */
function slug(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
