/** How promtool is had on a machine without it. The programs that would fetch it are written here. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { archiveIn } from "../../../scripts/programs/debian_package.ts";
import { ROOT } from "../../../scripts/local/bundle.ts";
import { withFolder } from "../../environment.ts";

const SCRIPT = `
  import { promtoolProgram } from ${JSON.stringify(`${ROOT}/scripts/programs/promtool.ts`)};
  console.log(await promtoolProgram());`;

/** What a process without promtool on its PATH is given, if `programs` are all that is there. */
async function ask(folder: string, programs: Readonly<Record<string, string>>) {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", SCRIPT],
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
