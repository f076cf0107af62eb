/** A settings file gives what wrangler reads, and what was meant otherwise is told with its line. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { ROOT } from "../../scripts/local/bundle.ts";
import { HOST_VARIABLES } from "../../src/deno/host_settings.ts";
import { listAccounts } from "../../src/pipelines/accounts.ts";
import { readSettingsFile } from "../../src/settings/settings_file.ts";
import { withFolder } from "../environment.ts";

const KNOWN = ["API_TOKEN", "FETCH_EVENTS", "LIVEPERSON_ACCOUNTS", "MAX_FETCH"];

/** What `wrangler dev` gives a Worker. A process of its own, because wrangler takes a second to load. */
async function wranglerReads(text: string): Promise<Record<string, string>> {
  let read: Record<string, { value: string }> = {};
  await withFolder(async (folder) => {
    await writeFile(join(folder, ".dev.vars"), text);
    const script = `
      import { unstable_getVarsForDev as read } from "wrangler";
      console.log(JSON.stringify(read(Deno.args[0], undefined, {}, undefined, true)));`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", script, join(folder, "wrangler.toml")],
      cwd: ROOT,
    }).output();
    const printed = new TextDecoder().decode(stdout);
    assert.notEqual(printed, "", new TextDecoder().decode(stderr));
    read = JSON.parse(printed);
  });
  return Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, value]));
}

Deno.test("quotes, #, $ and values of several lines are read as wrangler reads them", async () => {
  const text = [
    "# a comment",
    "PLAIN=tok$abc1",
    "BRACED=tok${HOME}1",
    "export EXPORTED = spaces around  # a comment",
    "SINGLE='a # and a $HOME \\n'",
    'DOUBLE="a # and a $HOME, a \\n line"',
    'BACKTICK=`it\'s "both"`',
    "LINES='[",
    '  { "A": 1 },',
    "]' # a comment",
    "CUT=abc#def",
    "EMPTY=",
    "COLON: value",
    'OPEN="abc',
    "not a setting",
    "ESCAPED='it\\'s'",
    "TWICE=1",
    "TWICE=2",
    "WINDOWS=ends here\r\nNEXT=x\r\n",
  ].join("\n");
  const { variables } = readSettingsFile(text, []);
  assert.deepEqual({ ...variables }, await wranglerReads(text));
  assert.equal(variables.PLAIN, "tok$abc1");
  assert.equal(variables.BRACED, "tok${HOME}1");
  assert.equal(variables.SINGLE, "a # and a $HOME \\n");
  assert.equal(variables.LINES, '[\n  { "A": 1 },\n]');
});

Deno.test("what was meant otherwise is told with its line, and no value is", () => {
  const cases: [string, [number, RegExp][]][] = [
    ["# fine\n\nAPI_TOKEN=tok$abc # fine\nMAX_FETCH='5' # fine", []],
    ["API_TOKEN='a#b'\nMAX_FETCH=\"5#\"", []],
    ["API_TOKEN='\"quoted\"'", []],
    ["LIVEPERSON_ACCOUNTS='[\n{}\n]'\nMAX_FETCH=5", []],
    ["\uFEFFAPI_TOKEN=x\r\nMAX_FETCH=5\r\n", []],
    ["\nFETCH_EVENT=false", [[2, /no setting FETCH_EVENT \(did you mean FETCH_EVENTS\?\)$/]]],
    ["max_fetch=5", [[1, /no setting max_fetch \(did you mean MAX_FETCH\?\)$/]]],
    ["SOMETHING_ELSE=secret", [[1, /no setting SOMETHING_ELSE$/]]],
    ["API_TOKEN=secret#secret", [[1, /value of API_TOKEN ends before the #/]]],
    ["API_TOKEN=#secret", [[1, /value of API_TOKEN ends before the #/]]],
    ["MAX_FETCH=5\n\nAPI_TOKEN='secret", [[3, /quoted value of API_TOKEN does not end/]]],
    ["API_TOKEN='secret' secret", [[1, /or is followed by something/]]],
    ["API_TOKEN secret", [[1, /not NAME=value$/]]],
    ["MAX_FETCH=5\nMAX_FETCH=6", [[2, /MAX_FETCH is set above, too/]]],
    ["LIVEPERSON_ACCOUNTS='[\n{}\n]'\nFETCH_EVENT=x", [[4, /FETCH_EVENT/]]],
    [
      'LIVEPERSON_ACCOUNTS=[\n  { "A": "secret" },\n  { "A": "secret" }\n]\nMAX_FETCH=5\nsecret',
      [[2, /those after it, 3 in all, .* single quotes/], [6, /not NAME=value/]],
    ],
  ];
  for (const [text, expected] of cases) {
    const { problems } = readSettingsFile(text, KNOWN);
    assert.deepEqual(problems.map(({ line }) => line), expected.map(([line]) => line), text);
    for (const [index, [, says]] of expected.entries()) {
      assert.match(problems[index].problem, says);
      assert.doesNotMatch(problems[index].problem, /secret/);
    }
  }
});

Deno.test("every name that dotenv finds is found on a line, and no other", () => {
  const bits = ["'", '"', "`", "#", "\\", "$", "x", " ", "=", "[", ":"];
  const written = fc.array(fc.constantFrom(...bits), { maxLength: 8 }).map((parts) =>
    parts.join("")
  );
  const setting = fc.tuple(
    fc.constantFrom("A", "export B", " C.d"),
    fc.constantFrom("=", " = "),
    written,
  )
    .map((parts) => parts.join(""));
  const line = fc.oneof(setting, setting, fc.constantFrom("", "# it's", "words", "} ]", "x'"));
  const texts = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(texts, (text) => {
      const { variables, problems } = readSettingsFile(text, []);
      const told = problems.flatMap(({ problem }) =>
        /^there is no setting ([\w.-]+)/.exec(problem)?.[1] ?? []
      );
      assert.deepEqual([...new Set(told)].sort(), Object.keys(variables).sort());
    }),
    { seed: 1, numRuns: 20_000 },
  );
});

Deno.test("the list of accounts works as the README shows it", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, shown] = /```dotenv\n(LIVEPERSON_ACCOUNTS=[^]*?)```/.exec(readme)!;
  const { variables, problems } = readSettingsFile(shown, HOST_VARIABLES);
  assert.deepEqual(problems, []);
  assert.deepEqual({ ...variables }, await wranglerReads(shown));
  assert.deepEqual(listAccounts(variables, "deno").map(({ id }) => id), ["111", "222"]);
});
