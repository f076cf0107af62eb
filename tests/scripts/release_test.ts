/** A release: its version, notes, bill of materials and checksums. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isNewer, notesOf, withRelease } from "../../scripts/release/changelog.ts";
import { VERSION } from "../../src/version.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.0.0] - 2026-01-02\n\n- old\n";

Deno.test("the notes are what was not released yet", () => {
  assert.equal(notesOf(CHANGELOG), "- new");
  const released = withRelease(CHANGELOG, "1.1.0", "2026-02-03");
  assert.match(
    released,
    /## \[Unreleased\]\n\n## \[1\.1\.0\] - 2026-02-03\n\n- new\n\n## \[1\.0\.0\]/,
  );
  assert.throws(() => notesOf(released), /has nothing under/);
  assert.throws(() => notesOf("# Changelog\n"), /has no heading/);
});

Deno.test("versions are compared by number", () => {
  assert.ok(isNewer("1.10.0", "1.9.9"));
  assert.ok(isNewer("2.0.0", "1.9.9"));
  assert.ok(!isNewer("1.0.0", "1.0.0"));
  assert.ok(!isNewer("1.0.9", "1.1.0"));
});

const script = (...args: string[]) =>
  promisify(execFile)(Deno.execPath(), [
    "run",
    "-A",
    "--no-check",
    "scripts/release/release.ts",
    ...args,
  ], {
    cwd: ROOT,
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
  });

Deno.test("a dry run writes what would be published, and its checksums hold", async () => {
  const { stdout } = await script("--version", VERSION, "--dry-run");
  assert.match(stdout, /NOTES\.md, sbom\.cdx\.json, worker\.js, SHA256SUMS/);
  const folder = `${ROOT}dist/${VERSION}/`;
  await promisify(execFile)("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder });
  assert.equal(JSON.parse(await readFile(`${folder}sbom.cdx.json`, "utf8")).bomFormat, "CycloneDX");
});

Deno.test("a version that can't be is refused", async () => {
  await assert.rejects(script("--version", "0.9.0"), /0\.9\.0 is not newer than/);
  await assert.rejects(script("--version", "1.1"), /must be three numbers/);
  await assert.rejects(script(), /required option '--version/);
});
