/** The README tells the truth: its tables are the code's, and its commands run. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GET_EVENTS_DEFAULTS } from "../../src/http/routes/event_arguments.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import { VERSION } from "../../src/version.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { Stage } from "../cloudflare/stage.ts";
import { runCurl } from "../curl.ts";
import { SECRETS, withFolder } from "../environment.ts";

const readme = await readFile(join(ROOT, "README.md"), "utf8");

/** Commands that CI or another test runs: where, and the words there. */
const RUN_ELSEWHERE: Record<string, { file: string; words: string }> = {
  'git clone "$REPOSITORY" liveperson-audit-collector && cd liveperson-audit-collector': {
    file: ".github/workflows/ci.yml",
    words: "actions/checkout@",
  },
  "npx -y deno@2.9.6 task demo": { file: ".ci/run", words: "npx -y deno@2.9.6 task demo\n" },
  "npx -y deno@2.9.6 task test": {
    file: "deno.json",
    words: "deno check && deno task test",
  },
  "deno task deploy --secrets-file .dev.vars": {
    file: "tests/cloudflare/deploy_test.ts",
    words: "--secrets-file",
  },
  "deno task start": { file: "tests/deno/running_host.ts", words: "tasks.start" },
};

/** Rows of the table whose first header is given: their cells, without the code marks. */
function tableRows(firstHeader: string): string[][] {
  const lines = readme.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${firstHeader} +\\|`).test(line));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  );
}

Deno.test("the README has a row for every setting, with its default", () => {
  const rows = tableRows("setting").map(([name, standard]) => [name, standard]);
  const expected = SETTING_ROWS.map(({ name, required, default: standard }) => [
    name,
    required
      ? "required"
      : standard ?? (name === "LIVEPERSON_AUTH_SERVER_URL" ? "discovered" : "none"),
  ]);
  assert.deepEqual(new Map(rows as [string, string][]), new Map(expected as [string, string][]));
});

Deno.test("the README has a row for every argument of get-events, with its default", () => {
  const rows = tableRows("argument").map(([name, standard]) => [name, standard]);
  assert.deepEqual(Object.fromEntries(rows), { ...GET_EVENTS_DEFAULTS, end_time: "none" });
});

Deno.test("the version is the same everywhere", async () => {
  const config = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const changelog = await readFile(join(ROOT, "CHANGELOG.md"), "utf8");
  assert.equal(config.version, VERSION);
  const isReleased = /^## \[.+\] - \d{4}-\d\d-\d\d$/m.test(changelog);
  const place = isReleased ? `## [${VERSION}] - ` : `The first version, ${VERSION}.`;
  assert.ok(changelog.includes(`\n${place}`), place);
});

Deno.test("every command of the README runs", async (t) => {
  await withFolder((folder) => runEach(t, folder));
});

async function runEach(t: Deno.TestContext, folder: string): Promise<void> {
  await using stage = await Stage.open();
  stage.addRecent(3);
  const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block.trim().split("\n"));
  assert.ok(commands.length > 10);
  for (const command of commands) {
    if (command in RUN_ELSEWHERE) {
      const { file, words } = RUN_ELSEWHERE[command];
      const text = await readFile(join(ROOT, file), "utf8");
      assert.ok(text.includes(words), `${file} runs ${command}`);
      continue;
    }
    await t.step(command, async () => {
      const env = { URL: stage.worker.url, API_TOKEN: SECRETS.API_TOKEN };
      const { success, said } = await runCurl(command, env, undefined, folder);
      assert.ok(success, said);
    });
  }
}

Deno.test("no line that people are given has a token on the command line, where every user can read it", async () => {
  const folders = ["docs", "src", ".github"].map((name) => join(ROOT, name));
  const files = await Promise.all(folders.map(async (folder) => {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => /\.(md|tsx?|service|json|ya?ml)$/.test(name))
      .map((name) => join(folder, name));
  }));
  for (const file of [join(ROOT, "README.md"), ...files.flat()]) {
    const text = await readFile(file, "utf8");
    assert.doesNotMatch(text, /curl[^\n]* -H ["']?Authorization|curl[^\n]* (-u|--user) \S+:/, file);
  }
});
