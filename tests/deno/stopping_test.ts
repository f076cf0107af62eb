/** What is cut short when the host is asked to stop. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { sleepUntil, watchEnded } from "../../src/deno/stopping.ts";

const NEVER_MS = 3_600_000;

function input(...chunks: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
}

Deno.test("waiting ends when the host is asked to stop, and is nothing from then on", async () => {
  const controller = new AbortController();
  const sleep = sleepUntil(controller.signal);
  await sleep(1);
  const waiting = sleep(NEVER_MS);
  controller.abort();
  await waiting;
  await sleep(NEVER_MS);
});

Deno.test("the end of standard input ends the watch, unless there is none", async () => {
  await watchEnded(input());
  await watchEnded(input("\n", "\n"));
  let ended = false;
  watchEnded(input("unwatched\n")).then(() => ended = true);
  await watchEnded(input("\n", "\n", "\n", "\n"));
  assert.equal(ended, false);
});

Deno.test("what npm did not start is not watched", async () => {
  const { npm_execpath: _, ...env } = Deno.env.toObject();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-lock", join(ROOT, "scripts/start/watch_npm.ts")],
    env,
    clearEnv: true,
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "unwatched\n");
});
