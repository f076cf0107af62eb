/**
 * The service of systemd and the tasks beside it: its steps run as they stand, and what is imported as
 * docs/operate.md says is what the service collects from. The folders of the machine are below the test's.
 */
import assert from "node:assert/strict";
import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { startWorker } from "../../scripts/local/worker.ts";
import { SECRETS, until } from "../environment.ts";
import { commandsOf } from "../docs/command_folder.ts";
import { type DenoStage, openDenoStage } from "./stage.ts";

const UNIT = "docs/deno/liveperson-audit-collector.service";
/** Folders outside the repository that the files of the repository name. */
const OF_MACHINE = /\/(opt|var\/lib|var\/cache|etc\/systemd)\b/g;
/** What a test can't do to the machine. */
const STAND_INS = ["useradd", "chown", "systemctl"];

/** The unit's lines, by name. */
function valuesOf(unit: string, name: string): readonly string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value);
}

/** The commands at the top of the unit. */
function stepsOf(unit: string): readonly string[] {
  return [...unit.split("\n[")[0].matchAll(/^# {3}(\S.*)$/gm)].map(([, step]) => step);
}

/** A machine below the folder of the stage, on which a shell runs what is documented. */
async function machine({ folder, settings }: DenoStage) {
  const below = (text: string) => text.replaceAll(OF_MACHINE, (path) => join(folder, path));
  const [checkout, bin] = ["checkout", "bin"].map((name) => join(folder, name));
  for (
    const path of [
      checkout,
      bin,
      ...["opt", "var/lib", "etc/systemd/system"].map((name) => join(folder, name)),
    ]
  ) {
    await mkdir(path, { recursive: true });
  }
  await symlink(Deno.execPath(), join(bin, "deno"));
  for (const name of STAND_INS) {
    await writeFile(join(bin, name), "#!/bin/sh\n");
    await chmod(join(bin, name), 0o755);
  }
  for (const name of ["src", "scripts"]) await symlink(join(ROOT, name), join(checkout, name));
  await cp(join(ROOT, "docs/deno"), join(checkout, "docs/deno"), { recursive: true });
  await writeFile(
    join(checkout, "deno.json"),
    below(await readFile(join(ROOT, "deno.json"), "utf8")),
  );
  const lines = Object.entries({ ...settings, PORT: "0" }).map(([name, value]) =>
    `${name}='${value}'`
  );
  await writeFile(join(checkout, ".dev.vars"), lines.join("\n")); // as an editor may leave it
  return {
    checkout,
    below,
    command: (words: string, cwd: string, env: Readonly<Record<string, string>> = {}) =>
      new Deno.Command("sh", {
        args: ["-c", below(words)],
        cwd,
        env: { PATH: `${bin}:${Deno.env.get("PATH")}`, ...env },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }),
  };
}

type Machine = Awaited<ReturnType<typeof machine>>;

async function run(
  at: Machine,
  words: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await at.command(words, cwd, env).output();
  assert.ok(success, `${words}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Starts what the unit starts, and collects; `meanwhile` sees it running. */
async function serve(at: Machine, unit: string, meanwhile: () => Promise<void>) {
  const [cwd] = valuesOf(unit, "WorkingDirectory").map(at.below);
  const [command] = valuesOf(unit, "ExecStart").map((line) => line.replace(/^\S+\/deno /, "deno "));
  const service = at.command(`exec ${command}`, cwd).spawn();
  let printed = "";
  const streams = [service.stdout, service.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) printed += text;
  });
  const port = () => /"event":"listening".*"port":(\d+)/.exec(printed)?.[1];
  await until(() => `the start: ${printed}`, () => port() !== undefined, 60_000);
  const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const address = `http://127.0.0.1:${port()}/collect`;
  const report = await (await fetch(address, { method: "POST", headers })).json();
  await meanwhile();
  service.kill("SIGTERM");
  await Promise.all([service.status, ...streams]);
  return report;
}

/** The commands that move a state from a Worker to here. */
async function movingCommands(): Promise<readonly string[]> {
  const page = await readFile(join(ROOT, "docs/operate.md"), "utf8");
  return commandsOf(page.split("\n### From Workers to Deno\n")[1].split(/\n##+ /)[0]);
}

Deno.test("the service continues from what was imported, and tasks beside it see the same database", async () => {
  await using stage = await openDenoStage();
  const unit = await readFile(join(ROOT, UNIT), "utf8");
  const at = await machine(stage);
  stage.addChanges(5);
  const persistTo = join(stage.folder, "worker");
  {
    await using worker = await startWorker({ settings: { ...stage.settings }, persistTo });
    const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
    await (await worker.fetch("/collect", { method: "POST", headers })).body?.cancel();
    assert.equal(stage.xsiam.count, 5);
  }

  const steps = stepsOf(unit);
  assert.match(steps.at(-1)!, /^systemctl enable --now /, "the service starts last");
  await run(at, steps.slice(0, -1).join(" &&\n"), at.checkout);
  const [installed] = valuesOf(unit, "WorkingDirectory").map(at.below);
  {
    const settings = { ...stage.settings, FETCH_EVENTS: "false" };
    await using worker = await startWorker({ settings, persistTo });
    for (const command of await movingCommands()) {
      await run(at, command, installed, { URL: worker.url });
    }
  }

  stage.addChanges(2, "later");
  const report = await serve(at, unit, async () => {
    const said = await run(at, "deno task backup --to copy.db --json", installed);
    const [state] = valuesOf(unit, "StateDirectory");
    assert.equal(JSON.parse(said).database, at.below(`/var/lib/${state}/collector.db`));
  });
  assert.deepEqual([report.cursor, report.delivered], ["stored", 2]);
  assert.deepEqual(new Set(stage.xsiam.ids.values()), new Set([1]));
  assert.ok(!(await readdir(installed)).includes("data"), "no second database");
});

Deno.test("the service's database is where the unit lets it write and the start task lets Deno write", async () => {
  const unit = await readFile(join(ROOT, UNIT), "utf8");
  const [state] = valuesOf(unit, "StateDirectory").map((name) => `/var/lib/${name}`);
  assert.ok(
    stepsOf(unit).some((step) => step.includes(`\\nDENO_KV_PATH=${state}/collector.db\\n`)),
  );
  assert.deepEqual(valuesOf(unit, "BindPaths"), [], "a folder would be another one for the tasks");
  assert.ok(!/DENO_KV_PATH/.test(valuesOf(unit, "Environment").join(" ")), "tasks don't see that");
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  for (const right of ["read", "write"]) {
    const [, paths] = new RegExp(`--allow-${right}=(\\S+)`).exec(tasks.start)!;
    assert.ok(paths.split(",").includes(state), right);
  }
});

Deno.test({
  name: "a database that root creates in the service's folder is the service's",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using stage = await openDenoStage();
    const folder = join(stage.folder, "data");
    await mkdir(folder);
    await chown(folder, 65534, 65534);
    await (await stage.open()).close();
    const { uid, gid } = await stat(stage.kvPath);
    assert.deepEqual([uid, gid], [65534, 65534]);
  },
});
