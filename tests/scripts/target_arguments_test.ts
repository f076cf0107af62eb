/** A command that is advised names the same target, in words that a shell leaves as they are. Pure. */
import assert from "node:assert/strict";
import { quoted, targetArguments } from "../../scripts/cli/target_arguments.ts";

Deno.test("a value that a shell would change is quoted", () => {
  for (const plain of ["data/collector.db", "https://a.example:8000/x", "2026-01-01T00:00:00Z"]) {
    assert.equal(quoted(plain), plain);
  }
  const odd = { "my db": "'my db'", "it's": "'it'\\''s'", "$HOME": "'$HOME'", "": "''" };
  for (const [value, expected] of Object.entries(odd)) assert.equal(quoted(value), expected);
});

Deno.test("the arguments of a target name all that was given, and a path instead of --local", () => {
  const options = { local: true, account: "111", settingsFile: "a b" } as const;
  assert.equal(targetArguments(options), " --local --account 111 --settings-file 'a b'");
  assert.equal(targetArguments({ ...options, kvPath: "x.db" }).indexOf("--local"), -1);
});
