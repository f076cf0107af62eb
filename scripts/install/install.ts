/**
 * What every task does first: makes sure that the npm packages are installed. The first time, it says so in
 * one line. Runs Deno.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
if (!existsSync(`${root}node_modules`)) {
  console.error("Fetching the npm packages, once: 400 MB on disk ...");
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["install", "--quiet"],
  cwd: root,
}).spawn().status;
Deno.exit(code);
