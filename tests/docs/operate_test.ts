/** docs/operate.md tells the truth: its commands move a pipeline both ways, and what it links to is there. */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { type LocalWorker, startWorker } from "../../scripts/local/worker.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import { REASONS } from "../../src/problems.ts";
import { SCRIPT_REASONS } from "../../scripts/cli/script_reasons.ts";
import { type DenoStage, openDenoStage } from "../deno/stage.ts";
import { SECRETS } from "../environment.ts";
import { commandFolder, commandsOf } from "./command_folder.ts";

const page = await readFile(join(ROOT, "docs/operate.md"), "utf8");

function section(title: string): string {
  const [, after] = page.split(`\n### ${title}\n`);
  return after.split(/\n##+ /)[0];
}

/** A Worker whose storage is in that folder of the stage. */
function worker(stage: DenoStage, name: string, settings: Record<string, string> = {}) {
  return startWorker({
    settings: { ...stage.settings, ...settings },
    persistTo: join(stage.folder, name),
  });
}

async function collectAt(at: LocalWorker): Promise<unknown> {
  const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const report = await (await at.fetch("/collect", { method: "POST", headers })).json();
  assert.equal(report.outcome, "ok", JSON.stringify(report));
  return report.cursor;
}

async function collectHere(stage: DenoStage): Promise<unknown> {
  const collectors = await stage.open();
  const [outcome] = await collectors.ask(collectors.pipelines, "collect", "cron");
  await collectors.close();
  assert.ok(outcome.ok && outcome.value.outcome === "ok");
  return outcome.value.cursor;
}

Deno.test("as docs/operate.md says, a pipeline moves to Deno and to a Worker, and each event comes once", async (t) => {
  await using stage = await openDenoStage();
  const run = await commandFolder(stage);
  const runAll = async (title: string, URL: string) => {
    const commands = commandsOf(section(title));
    assert.equal(commands.length, 2);
    for (const command of commands) await t.step(command, () => run(command, { URL }));
  };

  stage.addChanges(5);
  {
    await using first = await worker(stage, "first");
    await collectAt(first);
  }
  {
    await using first = await worker(stage, "first", { FETCH_EVENTS: "false" });
    await runAll("From Workers to Deno", first.url);
  }
  stage.addChanges(5, "here");
  assert.equal(await collectHere(stage), "stored");

  await rm(join(stage.folder, "state.json"));
  {
    await using second = await worker(stage, "second", { FETCH_EVENTS: "false" });
    await runAll("From Deno to Workers", second.url);
  }
  stage.addChanges(5, "there");
  await using second = await worker(stage, "second");
  assert.equal(await collectAt(second), "stored");
  assert.equal(stage.xsiam.ids.size, 15);
  assert.deepEqual(new Set(stage.xsiam.ids.values()), new Set([1]));
});

Deno.test("docs/operate.md says how to rotate each secret", () => {
  const [, after] = page.split("\n## Rotate secrets\n");
  const rows = [...after.split("\n## ")[0].matchAll(/^\| (`.*?) +\|/gm)].map(([, cell]) => cell);
  const named = new Set(rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, n]) => n)));
  const secrets = SETTING_ROWS.filter(({ secret }) => secret).map(({ name }) => name)
    // lists of accounts, whose entries have these same settings
    .filter((name) => !/^LIVEPERSON_ACCOUNTS/.test(name));
  assert.ok(secrets.length > 10);
  for (const name of secrets) assert.ok(named.has(name), name);
});

Deno.test("the codes that docs/operate.md explains exist", () => {
  const codes = [...section("If a command is refused").matchAll(/^- `(\w+)`/gm)].map(([, code]) =>
    code
  );
  assert.equal(codes.length, 6);
  for (const code of codes) assert.ok(code in REASONS || code in SCRIPT_REASONS, code);
});

Deno.test("what docs/operate.md links to is there", async () => {
  for (const [, path, anchor] of page.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)) {
    const text = await readFile(join(ROOT, "docs", path), "utf8");
    const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-")
    );
    assert.ok(anchor === undefined || titles.includes(anchor), `${path}#${anchor}`);
  }
});
