/**
 * Prints what wrangler.toml, or the file that is named, says of the Worker, as Miniflare wants it: JSON. A process of its own,
 * because wrangler takes a second to load and warns of things that nobody here can change.
 */
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";

const config = Deno.args[0] ?? fileURLToPath(new URL("../../wrangler.toml", import.meta.url));
// a file that isn't there: or wrangler would read .dev.vars, and tell what is in it
const noEnvironment: object = { envFiles: ["no such file"] };
const { bindings: _, ...options } = workerOptionsOf(config, undefined, noEnvironment).workerOptions;
console.log(JSON.stringify(options));
