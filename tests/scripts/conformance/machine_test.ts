/** How the conformance script gets, starts and ends a receiver. Deno itself plays the programs. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "../../../scripts/conformance/machine/cache.ts";
import { LeftOut } from "../../../scripts/conformance/machine/left_out.ts";
import { runProgram, whatWentWrong } from "../../../scripts/conformance/machine/programs.ts";
import { startServer } from "../../../scripts/conformance/machine/server.ts";

const DENO = Deno.execPath();
const LISTENING = /listening on 127\.0\.0\.1:(\d+)/;
const SERVER = `Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) =>
  console.error("listening on 127.0.0.1:" + port) }, () => new Response("here"));`;

function leftOut(pattern: RegExp) {
  return (error: unknown) => error instanceof LeftOut && pattern.test(error.message);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "conformance-test-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("without a cache that can be written to, the receiver is left out", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const cache = join(file, "cache");
    await assert.rejects(
      cached(cache, "one-1.0", () => assert.fail("made")),
      leftOut(/^the cache can't be written: ENOTDIR/),
    );
  }));

Deno.test("a program that can't be started leaves the receiver out", () =>
  inFolder(async (folder) => {
    const program = join(folder, "java");
    await writeFile(program, "not for this machine", { mode: 0o644 });
    await assert.rejects(runProgram(program, []), leftOut(/java can't be started: /));
    await assert.rejects(
      startServer({ program, args: [], listening: LISTENING }),
      leftOut(/java can't be started: /),
    );
  }));

Deno.test("a program that takes too long leaves the receiver out", async () => {
  const never = ["eval", "setInterval(() => {}, 1000)"];
  await assert.rejects(
    runProgram(DENO, never, { timeoutMs: 100 }),
    leftOut(/took longer than 0\.1 seconds$/),
  );
});

Deno.test("a program that isn't there leaves the receiver out", async () => {
  await assert.rejects(runProgram("no-such-program", []), leftOut(/^there is no no-such-program$/));
});

Deno.test("a program that fails does too, and says why", async () => {
  const fails = ["eval", "console.log('fetching'); console.error('error: refused'); Deno.exit(1)"];
  await assert.rejects(runProgram(DENO, fails), leftOut(/failed: error: refused$/));
});

Deno.test("the line that speaks of an error tells most; without one, the last", () => {
  assert.equal(
    whatWentWrong("a\n\x1b[31merror: no such host\x1b[0m\nstack\n"),
    "error: no such host",
  );
  assert.equal(whatWentWrong("first\nlast\n\n"), "last");
  assert.equal(whatWentWrong(""), "it printed nothing");
});

Deno.test("a server is used where it says that it listens, and ended", async () => {
  let url: string;
  {
    await using server = await startServer({
      program: DENO,
      args: ["eval", SERVER],
      listening: LISTENING,
    });
    url = `http://127.0.0.1:${server.port}`;
    assert.equal(await (await fetch(url)).text(), "here");
  }
  await assert.rejects(fetch(url));
});

Deno.test("a server that ends before it listens leaves the receiver out", async () => {
  const args = ["eval", "console.error('error: out of memory'); Deno.exit(3)"];
  await assert.rejects(
    startServer({ program: DENO, args, listening: LISTENING }),
    leftOut(/ended with code 3: error: out of memory$/),
  );
});
