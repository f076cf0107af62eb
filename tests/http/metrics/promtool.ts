/** Prometheus' own tool: without it these tests fail. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promtoolProgram } from "../../../scripts/programs/promtool.ts";
import { withFolder } from "../../environment.ts";

/** Runs promtool, and fails with what it says if it fails. */
export async function promtool(args: readonly string[], stdin = ""): Promise<string> {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const process = new Deno.Command(await promtoolProgram(), { args: [...args], ...pipes }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `promtool ${args.join(" ")}: ${said}\n${stdin}`);
  return said;
}

/** Lints the classic format. Warnings count as failures. */
export async function checkClassic(text: string): Promise<void> {
  assert.equal(await promtool(["check", "metrics"], text), "");
}

/**
 * Reads OpenMetrics with Prometheus' parser. `check metrics` of this version knows the classic format
 * only, so the metrics are imported as a block, which asks for a time in every line.
 */
export async function importOpenMetrics(text: string): Promise<void> {
  await withFolder(async (folder) => {
    const file = join(folder, "metrics.om");
    await writeFile(file, text.replaceAll(/^([^#].*)$/gm, "$1 1774440000"));
    const said = await promtool(["tsdb", "create-blocks-from", "openmetrics", file, folder]);
    assert.match(said, /NUM SERIES/);
  });
}
