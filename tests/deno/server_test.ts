/** What docs/deno gives a server: the unit of systemd, and the container file, whose steps run as they stand. */
import assert from "node:assert/strict";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { systemdAnalyze } from "../../scripts/programs/systemd_analyze.ts";
import { until, withFolder } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

const UNIT = "liveperson-audit-collector.service";

const isLinux = Deno.build.os === "linux";
if (!isLinux) console.warn("Left out: the unit, because systemd is only for Linux.");

Deno.test("systemd takes the unit without a word", { ignore: !isLinux }, async () => {
  const unit = await readFile(join(ROOT, "docs/deno", UNIT), "utf8");
  assert.match(unit, /^ExecStart=\/usr\/local\/bin\/deno task start$/m);
  await withFolder(async (folder) => {
    await writeFile(join(folder, UNIT), unit.replace("/usr/local/bin/deno", Deno.execPath()));
    const { path, env } = await systemdAnalyze();
    const { code, stderr } = await new Deno.Command(path, {
      args: ["verify", join(folder, UNIT)],
      env: { ...env },
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(code, 0);
  });
});

interface Step {
  readonly instruction: string;
  readonly words: string;
}

async function stepsOfContainer(): Promise<readonly Step[]> {
  const text = await readFile(join(ROOT, "docs/deno/Dockerfile"), "utf8");
  return text.split("\n").filter((line) => !/^(#|$)/.test(line)).map((line) => {
    const [instruction, words] = line.split(/ (.*)/);
    return { instruction, words };
  });
}

/** Runs the steps up to the command, in a folder that stands for the container; and returns the command. */
async function build(folder: string, path: string) {
  let command: string[] = [];
  const env: Record<string, string> = {};
  for (const { instruction, words } of await stepsOfContainer()) {
    switch (instruction) {
      case "COPY": {
        const [from, to] = words.split(" ");
        await cp(join(ROOT, from), join(folder, to === "./" ? from : to), { recursive: true });
        break;
      }
      case "RUN": {
        const { success, stderr } = await new Deno.Command("sh", {
          args: ["-c", words],
          cwd: folder,
          env: { PATH: path },
        }).output();
        assert.ok(success, `${words}: ${new TextDecoder().decode(stderr)}`);
        break;
      }
      case "ENV": {
        const [name, value] = words.split("=");
        env[name] = value;
        break;
      }
      case "CMD":
        command = JSON.parse(words);
        break;
      default:
        assert.ok(
          ["FROM", "WORKDIR", "EXPOSE", "VOLUME", "USER"].includes(instruction),
          instruction,
        );
    }
  }
  return { command, env };
}

Deno.test("the container is of the README's Deno, and its database is on the volume", async () => {
  const steps = await stepsOfContainer();
  const wordsOf = (instruction: string) =>
    steps.filter((step) => step.instruction === instruction).map(({ words }) => words);
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, version] = /npx -y deno@(\S+)/.exec(readme)!;
  assert.deepEqual(wordsOf("FROM"), [`denoland/deno:${version}`]);
  const [app] = wordsOf("WORKDIR");
  assert.deepEqual(wordsOf("VOLUME"), [`${app}/data`]);
  assert.deepEqual(wordsOf("USER"), ["deno"]);
});

Deno.test("the image has what each task runs that installs only what a server needs", async () => {
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const needed = Object.values<unknown>(tasks)
    .filter((task): task is string =>
      typeof task === "string" && task.includes("src/deno/deno.lock --frozen ")
    )
    .map((task) => /(\S+\.ts)( --watched)?$/.exec(task)![1]);
  assert.ok(needed.includes("scripts/import/import.ts"));
  const [cached] = (await stepsOfContainer()).map(({ words }) => words)
    .filter((words) => words.startsWith("deno cache "));
  assert.deepEqual(cached.split(" ").filter((word) => word.endsWith(".ts")).sort(), needed.sort());
});

Deno.test("whatever starts the collector keeps Deno from asking its makers for a newer version", async () => {
  const { tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  for (const command of tasks.start.split(" | ")) {
    assert.match(command, /^DENO_NO_UPDATE_CHECK=1 deno run /);
  }
  for (const file of ["liveperson-audit-collector.service", "Dockerfile"]) {
    const lines = (await readFile(join(ROOT, "docs/deno", file), "utf8")).split("\n");
    assert.ok(
      lines.some((line) => /^(ENV |Environment=)DENO_NO_UPDATE_CHECK=1$/.test(line)),
      file,
    );
  }
});

Deno.test("the container's steps build what collects; a task in it sees its database; SIGTERM to its command ends it", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(3);
  const [app, bin] = ["app", "bin"].map((name) => join(stage.folder, name));
  await mkdir(app);
  await mkdir(bin);
  await symlink(Deno.execPath(), join(bin, "deno"));
  const path = `${bin}:${Deno.env.get("PATH")}`;
  const { command: [program, ...args], env } = await build(app, path);
  const container = new Deno.Command(join(bin, program), {
    args,
    cwd: app,
    env: { ...stage.settings, ...env, PATH: path, PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const chunk of container.stdout.pipeThrough(new TextDecoderStream())) {
      printed += chunk;
    }
  })();
  const listening = () => /"event":"listening","host":"0\.0\.0\.0","port":(\d+)/.exec(printed);
  await until(() => `the start: ${printed}`, () => listening() !== null, 60_000);
  const response = await fetch(`http://127.0.0.1:${listening()![1]}/collect`, {
    method: "POST",
    headers: { Authorization: `Bearer ${stage.settings.API_TOKEN}` },
  });
  assert.equal((await response.json()).delivered, 3);
  const backup = await new Deno.Command(join(bin, "deno"), {
    args: ["task", "backup", "--to", "data/copy.db", "--json"],
    cwd: app,
    env: { ...env, PATH: path },
  }).output();
  const { database } = JSON.parse(new TextDecoder().decode(backup.stdout));
  assert.equal(database, join(app, "data/collector.db"));
  container.kill("SIGTERM");
  assert.equal((await container.status).code, 0);
  await reading;
  assert.match(printed, /"event":"stopping"/);
});
