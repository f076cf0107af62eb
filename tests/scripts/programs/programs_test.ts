/** How programs are had on a machine without them. Those that would fetch them are written here. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { archiveIn } from "../../../scripts/programs/debian_package.ts";
import { ROOT } from "../../../scripts/local/bundle.ts";
import { withFolder } from "../../environment.ts";

const PROGRAMS = `${ROOT}/scripts/programs`;
const PROMTOOL = `
  import { promtoolProgram } from ${JSON.stringify(`${PROGRAMS}/promtool.ts`)};
  console.log(await promtoolProgram());`;
const SYSTEMD = `
  import { systemdAnalyze } from ${JSON.stringify(`${PROGRAMS}/systemd_analyze.ts`)};
  console.log((await systemdAnalyze()).path);`;

/** What a process is given, if `programs` are all that is on its PATH. */
async function ask(
  folder: string,
  programs: Readonly<Record<string, string>>,
  script = PROMTOOL,
) {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    env: { PATH: bin, HOME: folder, DENO_DIR: join(folder, "deno") },
    clearEnv: true,
  }).output();
  const [printed, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, printed: printed.trim(), complaints };
}

/** Notes that it was called, and leaves a package where apt-get would. */
const APT_GET = `case "$*" in *download*) echo >> "$HOME/downloads"; echo > prometheus.deb;; esac`;
const DPKG_DEB = `/bin/mkdir -p "$3/usr/bin"; echo from the package > "$3/usr/bin/promtool"`;

Deno.test("promtool is taken from the PATH, or out of Debian's package, which is fetched once", () =>
  withFolder(async (folder) => {
    const own = await ask(join(folder, "own"), { promtool: "exit 0" });
    assert.deepEqual([own.success, own.printed], [true, "promtool"]);

    const programs = { "apt-get": APT_GET, "dpkg-deb": DPKG_DEB };
    const [first, second] = await Promise.all([ask(folder, programs), ask(folder, programs)]);
    const third = await ask(folder, programs);
    const expected = join(folder, ".cache", "liveperson-audit-programs", "prometheus", "promtool");
    assert.deepEqual([first.printed, second.printed, third.printed], [
      expected,
      expected,
      expected,
    ], first.complaints + second.complaints);
    assert.equal(await Deno.readTextFile(expected), "from the package\n");
    assert.equal(await Deno.readTextFile(join(folder, "downloads")), "\n");
    assert.match(first.complaints + second.complaints, /^Fetching promtool, once: .* \.\.\.\n$/);
    assert.equal(third.complaints, "");
  }));

Deno.test("without promtool and without a way to fetch it, the failure says what to install", () =>
  withFolder(async (folder) => {
    const refusing = `echo "E: no such host" >&2; exit 100`;
    const { success, complaints } = await ask(folder, { "apt-get": refusing });
    assert.equal(success, false);
    assert.match(complaints, /Install Prometheus.*prometheus.*apt-get failed: E: no such host/s);
  }));

/** Leaves two packages where apt-get would: the one that was asked for, and one that it needs. */
const APT_INSTALL = `
  for word in "$@"; do case "$word" in Dir::Cache=*) cache="\${word#Dir::Cache=}";; esac; done
  case "$*" in *install*) echo > "$cache/archives/a.deb"; echo > "$cache/archives/b.deb";; esac`;
const DPKG_NOTE = `/bin/mkdir -p "$3/usr/bin"; echo "\${2##*/}" >> "$3/usr/bin/systemd-analyze"`;

Deno.test("systemd-analyze is taken from the PATH, or out of the packages, with those it needs", () =>
  withFolder(async (folder) => {
    const own = await ask(join(folder, "own"), { "systemd-analyze": "exit 0" }, SYSTEMD);
    assert.deepEqual([own.success, own.printed], [true, "systemd-analyze"]);

    const programs = { "apt-get": APT_INSTALL, "dpkg-deb": DPKG_NOTE };
    const { printed, complaints } = await ask(folder, programs, SYSTEMD);
    assert.equal(await Deno.readTextFile(printed), "a.deb\nb.deb\n", complaints);
    assert.equal((await ask(folder, programs, SYSTEMD)).complaints, "", "fetched once");
  }));

Deno.test("without systemd-analyze and without a way to fetch it, the failure says what to install", () =>
  withFolder(async (folder) => {
    for (
      const [programs, why] of [
        [{}, /there is no apt-get/],
        [{ "apt-get": "exit 0" }, /apt-get has no package systemd/],
      ] as const
    ) {
      const { success, complaints } = await ask(folder, programs, SYSTEMD);
      assert.equal(success, false);
      assert.match(complaints, /Install systemd/);
      assert.match(complaints, why);
    }
  }));

Deno.test("a member of a package's archive is found by its name", () => {
  const member = (name: string, content: string) =>
    `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}` +
    `${String(content.length).padEnd(10)}\`\n${content}${content.length % 2 === 0 ? "" : "\n"}`;
  const archive = new TextEncoder().encode(
    `!<arch>\n${member("debian-binary", "2.0")}${member("data.tar.xz/", "the files")}`,
  );
  assert.equal(new TextDecoder().decode(archiveIn(archive, "data.tar.xz")), "the files");
  assert.throws(() => archiveIn(archive, "control.tar.xz"), /has no control\.tar\.xz/);
});
