/** `deno task import` of several pipelines: all or nothing, repeatable, and never over a newer cursor. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startHec } from "../../scripts/simulators/hec.ts";
import { importAll } from "../../scripts/import/import_all.ts";
import type { Target } from "../../scripts/target/target.ts";
import { AnsweredProblem, problemOf } from "../../src/http/routing/problems.ts";
import { ACCOUNT, pipelineTo, SECOND } from "../environment.ts";
import { ScriptStage } from "./script_stage.ts";

/** Two accounts with two destinations each; all of it has been collected, and exported to `file`. */
async function openExported() {
  await using started = new AsyncDisposableStack();
  const splunk = started.use(await startHec());
  const stage = started.use(await ScriptStage.open());
  const settings = {
    ...splunk.settings,
    LIVEPERSON_ACCOUNTS: JSON.stringify([{ LIVEPERSON_ACCOUNT_ID: SECOND }]),
  };
  const run = (script: string, ...args: string[]) => stage.run(script, args, settings);
  const file = join(stage.folder, "state.json");
  const here = ["--kv-path", join(stage.folder, "here.db")];
  const there = ["--kv-path", join(stage.folder, "there.db")];
  stage.add(4);
  stage.add(3, 1, SECOND);
  for (const [script, ...args] of [["collect"], ["export", "--to", file]]) {
    const { code, stderr } = await run(script, ...here, ...args);
    assert.equal(code, 0, stderr);
  }
  const running = started.move();
  return {
    ...{ stage, run, file, there },
    importThere: (...args: string[]) => run("import", "--from", file, ...there, ...args),
    /** The cursor of each pipeline there. */
    async cursors(): Promise<readonly unknown[]> {
      const { accounts } = JSON.parse((await run("status", ...there, "--json")).stdout);
      return accounts.map(({ cursor }: { cursor: unknown }) => cursor);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

Deno.test("an import that one pipeline refuses imports none, and after its advice it does all", async () => {
  await using exported = await openExported();
  const { run, there, importThere, cursors } = exported;
  const one = ["--account", SECOND, "--destination", "hec"];
  exported.stage.add(1, 0.01, SECOND);
  assert.equal((await run("collect", ...there, ...one)).code, 0);
  const before = await cursors();

  const refused = await importThere();
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /There is a cursor already/);
  assert.match(
    refused.stderr,
    /second to hec: Events have already .*here\. Nothing was imported\./,
  );
  assert.deepEqual(await cursors(), before);
  assert.equal(before.filter((cursor) => cursor !== null).length, 1);

  const [, advice] = /deno task start-over (.*--destination hec)/.exec(refused.stderr)!;
  assert.doesNotMatch(refused.stderr, /DELETE/);
  assert.equal((await run("start_over", ...advice.split(" "), "--yes")).code, 0);
  const imported = await importThere();
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout, /^second to hec: \d+ rows imported\.$/m);
  assert.match(imported.stdout, /rows imported into .*there\.db\./);
  assert.equal((await cursors()).filter((cursor) => cursor !== null).length, 4);
});

Deno.test("repeated, an import continues, and never replaces a cursor that has moved on", async () => {
  await using exported = await openExported();
  const { run, there, importThere, cursors } = exported;
  // as if it had broken off after the first account
  assert.equal((await importThere("--account", ACCOUNT)).code, 0);
  const rest = JSON.parse((await importThere("--json")).stdout);
  const outcomes = rest.imported.map((one: Record<string, unknown>) =>
    `${one.account} ${one.destination} ${one.outcome}`
  );
  assert.deepEqual(outcomes, [
    ...[`${ACCOUNT} xsiam unchanged`, `${ACCOUNT} hec unchanged`],
    ...[`${SECOND} xsiam imported`, `${SECOND} hec imported`],
  ]);
  assert.equal(rest.pipelines, 2);
  const { stdout } = await importThere();
  assert.match(stdout, /second to hec: has been imported already\.\n0 rows imported/);

  exported.stage.add(2, 0.01);
  const collected = await run("collect", ...there, "--json");
  assert.equal(collected.code, 0);
  assert.deepEqual(new Set(exported.stage.xsiam.ids.values()), new Set([1]));
  const moved = await cursors();
  const late = await importThere();
  assert.equal(late.code, 1);
  assert.match(
    late.stderr,
    new RegExp(
      `${ACCOUNT} to xsiam, ${ACCOUNT} to hec, ${SECOND} to xsiam, ${SECOND} to hec: Events have`,
    ),
    "the second had nothing new, but a run has changed its health",
  );
  assert.deepEqual(await cursors(), moved);
});

Deno.test("of what the export has not, nothing is imported, and what it has is told", async () => {
  await using exported = await openExported();
  const { code, stderr } = await exported.importThere("--account", "nope");
  assert.equal(code, 1);
  assert.match(stderr, /The export has no such account or destination/);
  assert.match(stderr, /has 12345678 to xsiam, 12345678 to hec, second to xsiam, second to hec\./);
  const json = JSON.parse((await exported.importThere("--destination", "s3", "--json")).stdout);
  assert.equal(json.problem.code, "export_lacks");
});

Deno.test("an import that breaks off tells what was imported and what was not", async () => {
  const page = { rows: [{ key: "health", value: "{}" }], after: null, seal: "" };
  const planned = ["1", "2", "3"].map((account) => ({
    pipeline: pipelineTo("xsiam", account),
    pages: [page],
    isDone: false,
  }));
  const target = {
    importState({ account }: { account: string }) {
      if (account !== "2") return Promise.resolve();
      return Promise.reject(new AnsweredProblem(problemOf("lease_lost", "It was lost.")));
    },
  } as unknown as Target;
  const said: string[] = [];
  await assert.rejects(importAll(target, planned, (line) => said.push(line)), (error) => {
    const { code, detail } = (error as AnsweredProblem).problem;
    assert.equal(code, "lease_lost");
    assert.match(detail, /^It was lost\. Imported: 1 to xsiam\. Not imported: 2 to xsiam, 3 to x/);
    return true;
  });
  assert.deepEqual(said, [
    "1 to xsiam: 1 row imported. Nothing had been collected: collecting begins at FIRST_FETCH.",
  ]);
});
