/** The container file: its steps run as they stand, and so do the tasks at its top, on the container's database. */
import assert from "node:assert/strict";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { startWorker } from "../../scripts/local/worker.ts";
import { SECRETS, until } from "../environment.ts";
import { type DenoStage, openDenoStage } from "./stage.ts";

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

/** The commands that the file shows for a container: in the one that runs, and in one of their own. */
async function tasksOfContainer() {
  const text = await readFile(join(ROOT, "docs/deno/Dockerfile"), "utf8");
  const shown = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, command]) => command);
  return {
    inRunning: shown(/^# {3}docker exec collector (.*)$/gm),
    alone: shown(/^# {3}docker run --rm .* liveperson-audit-collector (.*)$/gm),
  };
}

/** The container, in a folder of the stage. */
async function openContainer(stage: DenoStage) {
  const [app, bin] = ["app", "bin"].map((name) => join(stage.folder, name));
  await mkdir(app);
  await mkdir(bin);
  await symlink(Deno.execPath(), join(bin, "deno"));
  const PATH = `${bin}:${Deno.env.get("PATH")}`;
  const { command, env } = await build(app, PATH);
  const spawn = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    new Deno.Command(words[0] === "deno" ? join(bin, "deno") : words[0], {
      args: words.slice(1),
      cwd: app,
      env: { ...stage.settings, ...env, PATH, PORT: "0", ...more },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  return {
    app,
    /** Runs a command of the container's top to its end. */
    async run(command: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
      const words = command.replaceAll("/tmp/", `${stage.folder}/`);
      const { success, stdout, stderr } = await spawn(["sh", "-c", words], more).output();
      assert.ok(success, `${command}: ${new TextDecoder().decode(stderr)}`);
      return new TextDecoder().decode(stdout);
    },
    /** Starts it, collects once, and stops it; `meanwhile` sees it running. */
    async serve(meanwhile = () => Promise.resolve()) {
      const container = spawn(command);
      let printed = "";
      const streams = [container.stdout, container.stderr].map(async (stream) => {
        for await (const text of stream.pipeThrough(new TextDecoderStream())) printed += text;
      });
      const listening = () => /"event":"listening","host":"0\.0\.0\.0","port":(\d+)/.exec(printed);
      await until(() => `the start: ${printed}`, () => listening() !== null, 60_000);
      const response = await fetch(`http://127.0.0.1:${listening()![1]}/collect`, {
        method: "POST",
        headers: { Authorization: `Bearer ${SECRETS.API_TOKEN}` },
      });
      const report = await response.json();
      await meanwhile();
      container.kill("SIGTERM");
      assert.equal((await container.status).code, 0);
      await Promise.all(streams);
      assert.match(printed, /"event":"stopping"/);
      return report;
    },
  };
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

Deno.test("the container's steps build what collects; SIGTERM ends it; its tasks work on its database", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(3);
  const container = await openContainer(stage);
  const { inRunning, alone } = await tasksOfContainer();
  assert.deepEqual([inRunning.length, alone.length], [2, 2]);
  const first = await container.serve(async () => {
    for (const command of inRunning) {
      assert.match(await container.run(command), /healthy|app\/data\/collector\.db/);
    }
  });
  assert.equal(first.delivered, 3);
  const [restore] = alone;
  assert.match(await container.run(restore), /app\/data\/collector\.db is restored/);
  const second = await container.serve();
  assert.deepEqual([second.cursor, second.delivered], ["stored", 0]);
});

Deno.test("a state moves from a Worker into a container, as the container file shows, and nothing comes twice", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(5);
  const persistTo = join(stage.folder, "worker");
  {
    await using worker = await startWorker({ settings: { ...stage.settings }, persistTo });
    const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
    await (await worker.fetch("/collect", { method: "POST", headers })).body?.cancel();
  }
  const container = await openContainer(stage);
  const { alone: [, move] } = await tasksOfContainer();
  {
    const settings = { ...stage.settings, FETCH_EVENTS: "false" };
    await using worker = await startWorker({ settings, persistTo });
    await container.run(move, { URL: worker.url });
  }
  stage.addChanges(2, "later");
  const report = await container.serve();
  assert.deepEqual([report.cursor, report.delivered], ["stored", 2]);
  assert.deepEqual(new Set(stage.xsiam.ids.values()), new Set([1]));
});
