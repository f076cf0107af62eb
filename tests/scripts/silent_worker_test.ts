/** Ctrl-C while a Worker has not answered: the script ends at once, as interrupted, and blames nobody. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ScriptStage } from "./script_stage.ts";

const SCRIPTS: readonly [name: string, args: readonly string[]][] = [
  ["status", []],
  ["status", ["--watch"]],
  ["collect", []],
  ["backfill", ["--from", "2 days"]],
  ["backfill", ["--from", "2 days", "--dry-run"]],
  ["backfill", ["--cancel"]],
  ["dead_letters", ["--redeliver"]],
  ["start_over", ["--yes"]],
  ["get_events", []],
  ["test_connection", []],
];

/** A server that answers nothing, and tells when it is asked. */
function silentServer() {
  let asked = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked.resolve();
    return ended.promise;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    nextAsked() {
      asked = Promise.withResolvers();
      return asked.promise;
    },
    async [Symbol.asyncDispose]() {
      ended.resolve(new Response(null, { status: 503 }));
      await server.shutdown();
    },
  };
}

Deno.test("Ctrl-C while a Worker is silent ends every script as interrupted", async (t) => {
  await using stage = await ScriptStage.open();
  await using server = silentServer();
  const all = [...SCRIPTS, ["export", ["--to", join(stage.folder, "state.json")]] as const];
  for (const [name, args] of all) {
    await t.step([name, ...args].join(" "), async () => {
      const asked = server.nextAsked();
      await using script = await stage.start(name, [...args, "--url", server.url]);
      await asked;
      script.interrupt();
      const { code, stderr } = await stage.ended(script);
      assert.equal(code, args.includes("--watch") ? 0 : 130, stderr);
      assert.doesNotMatch(stderr, /error|could not be reached/);
    });
  }
  await t.step("as JSON", async () => {
    const asked = server.nextAsked();
    await using script = await stage.start("status", ["--json", "--url", server.url]);
    await asked;
    script.interrupt();
    const { code, stdout } = await stage.ended(script);
    const { ok, problem } = JSON.parse(stdout);
    assert.deepEqual([code, ok, problem.code], [130, false, "interrupted"]);
  });
});
