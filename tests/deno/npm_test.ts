/** The collector started through npm, as the README says: what is installed, and how it ends. */
import assert from "node:assert/strict";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/bundle.ts";
import { until } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

/** What of the repository the start task needs. */
const NEEDED = ["deno.json", "deno.lock", "src", "scripts"];

/** The package that the README starts Deno with, and the README. */
async function denoOfReadme(): Promise<{ deno: string; readme: string }> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, deno] = /^npx -y (deno@\S+) task/m.exec(readme)!;
  return { deno, readme };
}

Deno.test("the collector ends after its batch when the npx that started it receives SIGTERM", async () => {
  await using stage = await openDenoStage();
  for (const name of NEEDED) await symlink(join(ROOT, name), join(stage.folder, name));
  const { deno } = await denoOfReadme();
  const npx = new Deno.Command("npx", {
    args: ["-y", deno, "task", "start"],
    cwd: stage.folder,
    env: { ...stage.settings, PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const chunk of npx.stdout.pipeThrough(new TextDecoderStream())) printed += chunk;
  })();
  await until(() => `the start: ${printed}`, () => printed.includes('"event":"listening"'), 60_000);
  npx.kill("SIGTERM");
  await npx.status;
  await reading; // whoever still runs has it open
  assert.match(printed, /"event":"stopping"/);
  const made = (await readdir(stage.folder)).filter((name) => !NEEDED.includes(name));
  assert.deepEqual(made, ["data"], "no folder of packages");
});

Deno.test("through npx, as the README has it, the option for the settings file reaches the script, whose error is ours", async () => {
  await using stage = await openDenoStage();
  for (const name of NEEDED) await symlink(join(ROOT, name), join(stage.folder, name));
  const { readme } = await denoOfReadme();
  const [, npx] = /`deno` stands for `npx ([^`]+)`/.exec(readme)!;
  const run = async (option: string) => {
    const { code, stderr } = await new Deno.Command("npx", {
      args: [...npx.split(" "), "task", "backup", option, "/nowhere", "--to", "copy.db"],
      cwd: stage.folder,
      stdin: "null",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  for (const option of ["--settings-file", "--env-file"]) {
    const ours = await run(option);
    assert.equal(ours.code, 2, option);
    assert.match(ours.stderr, /The settings file \/nowhere can't be read/, option);
  }
});

Deno.test("the tasks of a server install the packages that they run, in the versions of deno.json, and no others", async () => {
  const { specifiers } = JSON.parse(await readFile(join(ROOT, "src/deno/deno.lock"), "utf8"));
  const { imports, tasks } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  const lock = ["--node-modules-dir=none", "--lock=src/deno/deno.lock"];
  const scripts = Object.values<unknown>(tasks).filter((task) => typeof task === "string").filter((
    task,
  ) => task.includes(`${lock.join(" ")} --frozen`))
    .map((task) => /(\S+\.ts)( --watched)?$/.exec(task)![1]);
  assert.ok(scripts.includes("src/deno/main.ts"));
  const used = new Set<string>();
  for (const script of scripts) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", ...lock, "--frozen", script],
      cwd: ROOT,
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { dependencies = [] } of modules) {
      for (const { specifier } of dependencies) {
        const name = Object.keys(imports).find((one) =>
          specifier === one || specifier.startsWith(`${one}/`)
        );
        if (name !== undefined) used.add(imports[name]);
      }
    }
  }
  const update = `deno cache ${lock.join(" ")} --frozen=false ${scripts.join(" ")}`;
  assert.deepEqual(
    Object.keys(specifiers).sort(),
    [...used].sort(),
    `after a change, remove the lock file and run: ${update}`,
  );
});
