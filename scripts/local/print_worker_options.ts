/**
 * Prints the Worker's options from wrangler.toml, or from the file that is named, as JSON for Miniflare.
 * A separate process, because wrangler takes a second to load and prints warnings that nobody here can
 * act on.
 */
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";

const config = Deno.args[0] ?? fileURLToPath(new URL("../../wrangler.toml", import.meta.url));
// a file that doesn't exist: otherwise wrangler would read .dev.vars and print its values
const noEnvironment: object = { envFiles: ["no such file"] };
const { bindings: _, ...options } = workerOptionsOf(config, undefined, noEnvironment).workerOptions;
console.log(JSON.stringify(options));
