/**
 * Prints what wrangler.toml says of the Worker, as Miniflare wants it: JSON. A process of its own,
 * because wrangler takes a second to load and warns of things that nobody here can change.
 */
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";

const config = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));
console.log(JSON.stringify(workerOptionsOf(config).workerOptions));
