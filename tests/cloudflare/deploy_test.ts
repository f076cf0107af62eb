/**
 * `deno task deploy` and `deno task dev`, as the processes that they are: the first as a dry run, the
 * second with a temporary file in the place of `.dev.vars`.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { VERSION } from "../../src/version.ts";
import { change, openEnvironment, SECRETS, until, withFolder } from "../environment.ts";

/** Wrangler stays on this machine: it looks neither for its own updates nor for where it is. */
const ENV = { WRANGLER_HIDE_BANNER: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" };

function task(name: string, ...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", name, ...args],
    cwd: ROOT,
    env: ENV,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("deno task deploy builds what it would deploy, with its bindings", async () => {
  await withFolder(async (folder) => {
    const secrets = join(ROOT, ".dev.vars.example");
    const { success, stdout, stderr } = await task(
      "deploy",
      "--dry-run",
      "--outdir",
      folder,
      "--secrets-file",
      secrets,
    ).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(success, said);
    assert.match(said, /env\.COLLECTOR \(CollectorObject\)\s+Durable Object/);
    assert.match(said, /env\.CURSORS\s+KV Namespace/);
    assert.ok((await readdir(folder)).includes("worker.js"));
  });
});

Deno.test("deno task wrangler is the wrangler of deno.json, and nothing advises npx for it", async () => {
  const { stdout } = await task("wrangler", "--version").output();
  const { imports } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const version = new TextDecoder().decode(stdout).trim();
  assert.equal(`npm:wrangler@${version}`, imports.wrangler);
  for (const folder of ["docs", "scripts", "src"]) {
    for (
      const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
    ) {
      if (!/\.(md|tsx?)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      assert.doesNotMatch(await readFile(path, "utf8"), /npx (-y )?wrangler/, path);
    }
  }
  assert.doesNotMatch(await readFile(join(ROOT, "README.md"), "utf8"), /npx (-y )?wrangler/);
});

Deno.test("deno task dev runs the Worker with its settings, and fires its cron on demand", async () => {
  await using environment = await openEnvironment();
  const { livePerson, xsiam, settings } = environment;
  livePerson.add([change(), change(), change()]);

  await withFolder(async (folder) => {
    const vars = join(folder, ".dev.vars");
    const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
    await writeFile(vars, lines.join(""));
    await using dev = startDev("--env-file", vars, "--persist-to", join(folder, "state"));
    const url = await dev.url();

    const health = await fetch(`${url}/healthz`);
    assert.deepEqual(await health.json(), { status: "up", version: VERSION });
    const cron = await fetch(`${url}/cdn-cgi/local/scheduled`);
    assert.equal(await cron.text(), "ok");
    assert.equal(xsiam.count, 3);
    const status = await fetch(`${url}/status`, {
      headers: { Authorization: `Bearer ${SECRETS.API_TOKEN}` },
    });
    assert.equal((await status.json()).health.lastRun.delivered, 3);
    for (const secret of Object.values(SECRETS)) assert.ok(!dev.said().includes(secret));
  });
});

/** Starts `deno task dev` on a free port. When disposed of, it is asked to stop, and waited for. */
function startDev(...args: string[]) {
  const loopback = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
  const child = task("dev", ...loopback, ...args).spawn();
  let said = "";
  const listening = [child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said += text;
  });
  const ready = () => /Ready on (http:\S+)/.exec(said)?.[1];
  return {
    said: () => said,
    async url(): Promise<string> {
      await until(
        () => `wrangler to be ready, it said: ${said}`,
        () => ready() !== undefined,
        60_000,
      );
      return ready()!;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Promise.all(listening);
    },
  };
}
