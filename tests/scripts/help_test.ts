/** What every script has in common: help with examples, a version, and one shape of failures. */
import assert from "node:assert/strict";
import { VERSION } from "../../src/version.ts";
import { runScript } from "./running_script.ts";
import { ScriptStage } from "./script_stage.ts";

const SCRIPTS = [
  "get_events",
  "test_connection",
  "collect",
  "backfill",
  "status",
  "dead_letters",
  "start_over",
  "backup",
  "restore",
  "export",
  "import",
  "setup",
  "demo",
  "simulate",
  "bench",
  "conformance",
  "sbom",
];

for (const name of SCRIPTS) {
  const task = name.replace("_", "-");
  Deno.test(`${task} has a version and help with examples, whose options it knows`, async () => {
    const [help, version] = await Promise.all([
      runScript(name, "--help"),
      runScript(name, "--version"),
    ]);
    assert.deepEqual([help.code, version.code, version.stdout], [0, 0, `${VERSION}\n`]);
    if (name !== "simulate") { // its secrets open simulators
      assert.doesNotMatch(
        help.stdout,
        /--[a-z-]*(token|secret|password|key)\b/,
        "all would see it",
      );
    }
    const [options, after] = help.stdout.split("\nExamples:\n");
    const examples = after.trimEnd().split("\n\n")[0].split("\n");
    assert.ok(examples.length >= 2, help.stdout);
    for (const example of examples) {
      assert.ok(example.startsWith(`  deno task ${task}`), example);
      for (const [option] of example.matchAll(/--[a-z-]+/g)) {
        assert.match(options, new RegExp(`^ +(-\\w, )?${option}\\b`, "m"), example);
      }
    }
  });

  if (name === "sbom") continue; // it is JSON anyway
  Deno.test(`${task} --json tells bad usage as a problem`, async () => {
    const { code, stdout, stderr } = await runScript(name, "--json", "--nope");
    assert.deepEqual([code, stderr], [2, ""]);
    const { ok, problem } = JSON.parse(stdout);
    assert.deepEqual([ok, problem.code, problem.status], [false, "arguments_invalid", 400]);
    assert.equal(problem.detail, "unknown option '--nope'");
  });
}

for (const name of ["release", "pictures"]) {
  Deno.test(`${name}, which is for maintainers, has help with examples too`, async () => {
    const { code, stdout } = await runScript(name, "--help");
    assert.equal(code, 0);
    const examples = stdout.split("\nExamples:\n")[1].trimEnd().split("\n");
    for (const example of examples) {
      assert.match(example, new RegExp(`^ {2}deno task ${name}( --.*)?$`));
    }
  });
}

Deno.test("whatever fails, --json tells it as a problem with a code", async () => {
  await using stage = await ScriptStage.open();
  const wrong = { LIVEPERSON_CLIENT_SECRET: "wr0ng" };
  const runs: [string, string[]][] = [
    ["get_events", []],
    ["test_connection", []],
    ["collect", ["--kv-path", stage.kvPath]],
    ["backfill", ["--from", "1 day", "--dry-run"]],
  ];
  for (const [name, args] of runs) {
    const { code, stdout } = await stage.run(name, [...args, "--json"], wrong);
    const { ok, problem } = JSON.parse(stdout);
    assert.deepEqual([name, code, ok, problem?.code], [name, 1, false, "credentials_refused"]);
    assert.equal(typeof problem.title, "string");
  }
  const list = JSON.stringify([{ LIVEPERSON_ACCOUNT_ID: "second", ...wrong }]);
  const some = await stage.run("test_connection", ["--json"], { LIVEPERSON_ACCOUNTS: list });
  const { ok, problem, accounts } = JSON.parse(some.stdout);
  assert.deepEqual([ok, problem.code, accounts.length], [false, "accounts_failed", 2]);
  assert.equal(problem.detail, "1 of 2 failed.");
});

Deno.test("the file of the settings is named by --settings-file, and by --env-file", async () => {
  for (const option of ["--settings-file", "--env-file"]) {
    const { code, stderr } = await runScript("status", option, "/nowhere");
    assert.equal(code, 2);
    assert.match(stderr, /The settings file \/nowhere can't be read/);
  }
});
