/** docs/problems.md has every code, as the tables of the code have it, and each `type` leads somewhere. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { scriptProblem } from "../../scripts/cli/failure.ts";
import { SCRIPT_REASONS, type ScriptCode } from "../../scripts/cli/script_reasons.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { problemsPage } from "../../scripts/problems/page.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import { CollectorError, type ErrorCode } from "../../src/errors.ts";
import { createApp } from "../../src/http/app.ts";
import { REASONS, toProblem } from "../../src/problems.ts";
import { SECRETS } from "../environment.ts";

const text = await readFile(join(ROOT, "docs", "problems.md"), "utf8");

/** Without line breaks and escapes, which the formatter chooses. */
const words = (markdown: string) => markdown.replaceAll("\\", "").replace(/\s+/g, " ").trim();

Deno.test("docs/problems.md says what the code says", () => {
  assert.equal(words(text), words(problemsPage()), "after a change: deno task problems");
});

Deno.test("no advice says that no event was given up: the same run may have made dead letters", () => {
  for (const kind of KINDS) {
    const { action } = kind.advice.destination_refuses_everything;
    assert.match(action, /Runs keep what is refused, or read it again, and try it again\.$/);
  }
  assert.doesNotMatch(text, /given up/);
});

Deno.test("the type of every problem of the collector leads to its explanation at /docs", async () => {
  const app = createApp({ connect: () => assert.fail("asked"), now: () => 0, log: () => {} });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers }, { API_TOKEN: SECRETS.API_TOKEN });
  const answer = await ask("/nowhere");
  const { type } = await answer.json();
  assert.equal(type, "/docs#code-not_found");

  const { pathname } = new URL(type, "https://collector.example/nowhere");
  const docs = await ask(pathname, { Authorization: `Bearer ${SECRETS.API_TOKEN}` });
  const page = await docs.text();
  for (const code of Object.keys(REASONS) as ErrorCode[]) {
    const { type } = toProblem(new CollectorError(code, { detail: "" }));
    assert.equal(type, `/docs#code-${code}`);
    assert.ok(page.includes(`id="${type.split("#")[1]}"`), code);
  }
});

Deno.test("the type of every problem of a script leads to its explanation in docs/problems.md", () => {
  for (const code of Object.keys(SCRIPT_REASONS) as ScriptCode[]) {
    const { type } = scriptProblem(code, "").problem;
    assert.equal(type, `docs/problems.md#${code}`);
    assert.match(text, new RegExp(`^### \`${code}\`$`, "m"));
  }
});
