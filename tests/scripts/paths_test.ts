/** Paths that an operator names: what is wrong with one is told, with what it takes. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnsweredProblem } from "../../src/http/routing/problems.ts";
import {
  mustBeWritable,
  namedPath,
  pathProblem,
  readIfThere,
  reading,
  writing,
} from "../../scripts/cli/paths.ts";

function refusedBy(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const refused = (says: RegExp) => (error: AnsweredProblem) => says.test(error.problem.detail);

Deno.test("what the operating system says of a path becomes a problem that names it and what is needed", () => {
  const cases: ["read" | "written", string, RegExp][] = [
    ["read", "ENOENT", /there is no such file/],
    ["read", "EACCES", /permission to read it, and to enter the folder \/srv\/collector\./],
    ["read", "EISDIR", /it is a folder/],
    ["written", "ENOENT", /there is no folder \/srv\/collector\./],
    ["written", "EACCES", /permission to write it, and to create files in the folder \/srv\//],
    ["written", "EROFS", /read-only/],
    ["written", "ENOSPC", /no space left/],
  ];
  for (const [use, code, says] of cases) {
    const { problem } = pathProblem("/srv/collector/a.db", use, refusedBy(code))!;
    assert.equal(problem.code, use === "read" ? "file_unreadable" : "file_unwritable");
    assert.ok(problem.detail.startsWith(`/srv/collector/a.db can't be ${use}: `), problem.detail);
    assert.match(problem.detail, says);
  }
});

Deno.test("an error that is not about the path stays what it is", async () => {
  for (const error of [new TypeError("x"), refusedBy("EEXIST"), refusedBy("ERR_SQLITE_ERROR")]) {
    assert.equal(pathProblem("a.db", "written", error), null);
    await assert.rejects(writing("a.db", () => Promise.reject(error)), error);
  }
});

Deno.test("what really can't be read or written is told the same way", async () => {
  const folder = await mkdtemp(join(tmpdir(), "paths-"));
  try {
    const none = join(folder, "none", "a.db");
    await assert.rejects(reading(none, () => readFile(none)), refused(/there is no such file/));
    await assert.rejects(reading(folder, () => readFile(folder)), refused(/it is a folder/));
    await assert.rejects(writing(none, () => writeFile(none, "")), refused(/there is no folder/));
    const denoWrites = () => Deno.writeTextFile(none, "");
    await assert.rejects(writing(none, denoWrites), refused(/there is no folder/));
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("whether a file can be written is found out early, and leaves nothing behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "paths-"));
  try {
    await mustBeWritable(join(folder, "a.db"));
    assert.deepEqual(await readdir(folder), []);
    await assert.rejects(
      mustBeWritable(join(folder, "none", "a.db")),
      refused(/there is no folder/),
    );
    assert.equal(await readIfThere(join(folder, "a.db")), null);
    await assert.rejects(readIfThere(folder), refused(/it is a folder/));
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("a path that is missing or empty is bad usage", () => {
  assert.equal(namedPath("--to", "a.db"), "a.db");
  assert.throws(() => namedPath("--to", undefined), /--to is missing/);
  for (const empty of ["", " "]) assert.throws(() => namedPath("--to", empty), /--to is empty/);
});
