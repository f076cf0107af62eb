/** What keeps bad packages and secrets out: the frozen lock, the audit, what git ignores, the Worker's doors. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";

const read = (name: string) => readFile(join(ROOT, name), "utf8");
const CONFIG = JSON.parse(await read("deno.json"));

/** Runs the audit task against a registry that answers this. */
async function audit(advisories: unknown, status = 200): Promise<{ code: number; said: string }> {
  let asked = 0;
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => {
      asked++;
      return Response.json(advisories, { status });
    },
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "audit"],
    cwd: ROOT,
    env: { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}/`, NO_COLOR: "1" },
  }).output();
  assert.ok(asked > 0);
  return { code, said: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}

const hole = (name: string) => ({
  [name]: [{
    id: 1,
    url: "https://example.com/advisory",
    title: "A hole",
    severity: "high",
    vulnerable_versions: "<1000.0.0",
  }],
});

Deno.test("the audit fails for a known hole, and CI runs it", async () => {
  const { code, said } = await audit(hole("undici"));
  assert.equal(code, 1, said);
  assert.match(said, /A hole[^]*undici/);
  assert.match(await read(".ci/run"), /^npx -y deno@\S+ task audit$/m);
  assert.match(await read(".github/workflows/ci.yml"), /- run: \.ci\/run$/m);
});

Deno.test("without a known hole it passes; where the registry can't tell, it says so and passes", async () => {
  assert.equal((await audit({})).code, 0);
  const { code, said } = await audit({ error: "not here" }, 405);
  assert.equal(code, 0, said);
  assert.match(said, /Failed to get data from the registry/);
});

Deno.test("no task changes a lock file, nor runs what is not in it", () => {
  assert.deepEqual(CONFIG.lock, { path: "deno.lock", frozen: true });
  for (const [name, task] of Object.entries<string | { command: string }>(CONFIG.tasks)) {
    const commands = (typeof task === "string" ? task : task.command).split(/ \| | && /);
    for (const command of commands.filter((command) => command.includes("--lock="))) {
      assert.ok(command.includes("--frozen") || command.includes("deno audit"), name);
    }
    const unlocked = commands.filter((command) => command.includes("--no-lock"));
    assert.deepEqual(unlocked.filter((command) => !UNLOCKED.test(command)), [], name);
  }
});

/** These import no package: the one installs the packages, and the other runs before there are any. */
const UNLOCKED = /scripts\/(install\/install|start\/watch_npm)\.ts$/;

Deno.test("what runs without the lock imports no package", async () => {
  for (const name of ["scripts/install/install.ts", "scripts/start/watch_npm.ts"]) {
    const imported = [...(await read(name)).matchAll(/ from "([^"]+)"/g)].map(([, from]) => from);
    assert.ok(imported.length > 0 && imported.every((from) => from.startsWith("node:")), name);
  }
});

Deno.test("git takes no file of secrets or events", async () => {
  const ignored = (await read(".gitignore")).split("\n");
  for (
    const pattern of [".dev.vars", ".dev.vars.*", ".env", "*.db", "*.db-*", "*.token", "data/"]
  ) {
    assert.ok(ignored.includes(pattern), pattern);
  }
});

Deno.test("which addresses lead to the Worker is decided, and previews are none of them", async () => {
  const toml = await read("wrangler.toml");
  assert.match(toml, /^workers_dev = true$/m);
  assert.match(toml, /^preview_urls = false$/m);
});
