/**
 * Every command in the pages is run by a test, or marked as one that needs an account. In blocks: `sh` is
 * run, `console` needs an account, and anything else holds no command. In text: the table below names the
 * test, or the words around the command say what it needs.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { readSecrets } from "../../src/destinations/webhook/settings.ts";

/** Pages whose `sh` blocks are run, and by which test. The last is run here. */
const BLOCKS_RUN: Readonly<Record<string, string>> = {
  "README.md": "tests/docs/readme_test.ts",
  "docs/deno.md": "tests/docs/deno_test.ts",
  "docs/operate.md": "tests/docs/operate_test.ts",
  ".github/CONTRIBUTING.md": ".ci/run",
  "docs/destinations/webhook.md": "tests/docs/commands_test.ts",
};

/** Commands within text: the file that runs each one, and the words there. */
const RUN: Readonly<Record<string, readonly [string, string]>> = {
  "deno task ok": [".ci/run", "task ok"],
  "deno task audit": [".ci/run", "task audit"],
  "deno task bench": [".ci/run", "task bench"],
  "deno task conformance": [".ci/run", "task conformance"],
  "deno task dead-letters": ["tests/scripts/dead_letters_test.ts", "stage.run(SCRIPT"],
  "deno task dead-letters --redeliver": ["tests/scripts/dead_letters_test.ts", '"--redeliver"'],
  "deno task demo": [".ci/run", "task demo"],
  "deno task demo --keep": ["tests/scripts/demo_test.ts", 'RunningScript("demo", ["--keep"'],
  "deno task dev": ["tests/scripts/dev_test.ts", "scripts/dev/dev.ts"],
  "deno task get-events": ["tests/scripts/get_events_test.ts", "runScript(SCRIPT"],
  "deno task problems": ["tests/docs/problems_test.ts", "problemsPage()"],
  "deno task sbom": ["tests/scripts/sbom_test.ts", "await sbom()"],
  "deno task setup": ["tests/scripts/setup_test.ts", "new RunningScript(SCRIPT"],
  "deno task start": ["tests/deno/running_host.ts", "tasks.start"],
  "deno task start-over": ["tests/scripts/dead_letters_test.ts", "start_over"],
  "deno task test-connection": ["tests/scripts/test_connection_test.ts", "runScript(SCRIPT"],
  "deno check": ["deno.json", "deno check"],
  "deno install": ["scripts/install/install.ts", '"install"'],
  "deno test": ["deno.json", "deno test"],
};

/** Programs that a page may tell to run. */
const COMMAND =
  /^(?:\$ )?(?:deno|npx|npm|node|git|curl|wrangler|openssl|printf|jq|az|aws|docker|systemctl|sudo)\s+\S/;
const MARK = /^ \(it needs (?:an? (?:[\w']+ ){0,3}account|the npm registry)\)/;
const NEEDS_ACCOUNT = /\bneeds? an? (?:[\w']+ ){0,3}account\b/;

const folders = ["docs", ".github"];
const listed = await Promise.all(
  folders.map((folder) => readdir(join(ROOT, folder), { recursive: true })),
);
const names = [
  "README.md",
  ...listed.flatMap((all, i) => all.map((name) => join(folders[i], name))),
]
  .filter((name) => name.endsWith(".md"));
const pages = await Promise.all(
  names.map(async (name) => ({ name, text: await readFile(join(ROOT, name), "utf8") })),
);

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^ *```(\w*)\n([^]*?)\n *```$/gm)].map(([, language, body]) => ({
    language,
    lines: body.split("\n").map((line) => line.trim()),
  }));
}

/** What stands in the text as code, with what follows it. */
function spansOf(text: string): { readonly code: string; readonly after: string }[] {
  const prose = text.replaceAll(/^ *```\w*\n[^]*?\n *```$/gm, "").replace(/\s+/g, " ");
  return [...prose.matchAll(/`([^`]+)`/g)].map(({ 0: { length }, 1: code, index }) => ({
    code,
    after: prose.slice(index + length, index + length + 60),
  }));
}

/** What is wrong with the commands of a page. */
function unproven(name: string, text: string): string[] {
  const inBlocks = blocksOf(text).flatMap(({ language, lines }) => {
    if (language === "sh") return name in BLOCKS_RUN ? [] : lines;
    if (language === "console") return NEEDS_ACCOUNT.test(text.replace(/\s+/g, " ")) ? [] : lines;
    return lines.filter((line) => COMMAND.test(line));
  });
  const inText = spansOf(text).filter(({ code, after }) => {
    const command = code.replace(/^npx -y (-- )?deno@[\d.]+/, "deno");
    if (!COMMAND.test(command) || /^deno task(?: …)?$/.test(command)) return false;
    return !(command in RUN) && !MARK.test(after);
  });
  return [...inBlocks, ...inText.map(({ code }) => code)];
}

Deno.test("a command that no test runs and that has no mark is found, wherever it stands", () => {
  const block = (language: string, line: string) => `Text.\n\n\`\`\`${language}\n${line}\n\`\`\`\n`;
  const found = (text: string) => unproven("docs/new.md", text);
  assert.deepEqual(found(block("sh", "ls")), ["ls"]);
  assert.deepEqual(found(block("console", "az login")), ["az login"]);
  assert.deepEqual(found(`It needs an Azure account. ${block("console", "az login")}`), []);
  assert.deepEqual(found(block("text", "curl -X POST a")), ["curl -X POST a"]);
  assert.deepEqual(found(block("json", "{}")), []);
  assert.deepEqual(found("Use `deno task nope`."), ["deno task nope"]);
  assert.deepEqual(found("Use `npx -y deno@2.9.6 task ok`, or `deno task …` (`deno`)."), []);
  assert.deepEqual(found("Use `wrangler tail` (it needs a Cloudflare account)."), []);
  assert.deepEqual(found("Use `wrangler tail`. It is good (it needs an account)."), [
    "wrangler tail",
  ]);
});

Deno.test("every command in the pages is run by a test, or marked as one that needs an account", () => {
  assert.ok(pages.length > 20);
  for (const { name, text } of pages) assert.deepEqual(unproven(name, text), [], name);
});

Deno.test("what is said to run the commands does", async () => {
  for (const [command, [file, words]] of Object.entries(RUN)) {
    assert.ok((await readFile(join(ROOT, file), "utf8")).includes(words), `${file}: ${command}`);
  }
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  for (const { name, text } of pages) {
    for (const [, task] of text.matchAll(/\bdeno task ([a-z][a-z-]*)/g)) {
      assert.ok(task in tasks, `${name} names deno task ${task}`);
    }
  }
  const contributing = pages.find(({ name }) => name === ".github/CONTRIBUTING.md")!;
  const gate = await readFile(join(ROOT, ".ci", "run"), "utf8");
  for (const { lines } of blocksOf(contributing.text)) {
    for (const line of lines) assert.ok(gate.includes(`\n${line}\n`), line);
  }
});

Deno.test("the command that makes a webhook's secret makes one that is accepted", async () => {
  const { text } = pages.find(({ name }) => name === "docs/destinations/webhook.md")!;
  const commands = blocksOf(text).filter(({ language }) => language === "sh");
  assert.equal(commands.length, 1);
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", commands[0].lines.join("\n")],
  }).output();
  assert.ok(success);
  assert.equal(readSecrets(new TextDecoder().decode(stdout).trim()).length, 1);
});
