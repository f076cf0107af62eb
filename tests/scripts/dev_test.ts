/** `deno task dev`: the cron fires, and a changed `.dev.vars` counts. */
import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { fireCron } from "../../scripts/dev/fire_cron.ts";
import { runScript } from "./running_script.ts";
import { change, openEnvironment, until, withFolder } from "../environment.ts";

const NEEDED = ["deno.json", "deno.lock", "node_modules", "scripts", "src", "wrangler.toml"];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

Deno.test("only a good answer says that the cron has fired", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const isThere = new URL(request.url).pathname === "/cdn-cgi/local/scheduled";
    return new Response(null, { status: isThere ? answers.shift() : 404 });
  });
  const answers = [200, 404, 500];
  const { signal } = new AbortController();
  const fire = () => fireCron(String(server.addr.port), signal);
  const fired = [await fire(), await fire(), await fire()];
  await server.shutdown();
  assert.deepEqual(fired, ["fired", { status: 404 }, { status: 500 }]);
  assert.equal(await fire(), "silent");
});

Deno.test("a port that is taken is told before wrangler is started", async () => {
  await using environment = await openEnvironment();
  const { port } = new URL(environment.xsiam.url);
  const dev = await runScript("dev", "--port", port);
  assert.equal(dev.code, 1);
  assert.match(dev.stderr, new RegExp(`A port can't be used\\.\n +Port ${port} is taken\\.`));
  assert.doesNotMatch(dev.stdout + dev.stderr, /cron|wrangler/i);
});

Deno.test("deno task dev fires the cron, and takes up a changed .dev.vars", () =>
  withFolder(async (folder) => {
    await using environment = await openEnvironment();
    environment.livePerson.add([change(), change()]);
    for (const name of NEEDED) await symlink(join(ROOT, name), join(folder, name));
    const write = (settings: Record<string, string>) =>
      writeFile(
        join(folder, ".dev.vars"),
        Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`).join(""),
      );
    await write({ ...environment.settings, FETCH_EVENT: "false" });
    const port = await freePort();
    const dev = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "scripts/dev/dev.ts", "--port", String(port)],
      cwd: folder,
      env: { WRANGLER_SEND_METRICS: "false", CI: "true" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let printed = "";
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const chunk of stream.pipeThrough(new TextDecoderStream())) printed += chunk;
    };
    const reading = Promise.all([read(dev.stdout), read(dev.stderr)]);
    try {
      const says = () => printed;
      await until(says, () => /no setting FETCH_EVENT \(did you mean/.test(printed), 60_000);
      await until(says, () => environment.xsiam.count === 2, 60_000);
      await write({
        ...environment.settings,
        API_TOKEN: "another-t0ken-of-more-than-32-characters",
      });
      const isTaken = () =>
        fetch(`http://127.0.0.1:${port}/status`, {
          headers: { Authorization: "Bearer another-t0ken-of-more-than-32-characters" },
        }).then(async (answer) => {
          await answer.body?.cancel();
          return answer.status === 200;
        }, () => false);
      await until(says, isTaken, 60_000);
      assert.match(printed, /\.dev\.vars has changed/);
    } finally {
      dev.kill("SIGTERM");
      await dev.status;
      await reading; // whoever still runs has it open
    }
  }));
