/**
 * Stands in for the wrangler command: it notes what it is asked, and answers as wrangler does. Its
 * first argument is a folder: `asked` is written there; what lies there tells it how to behave.
 */
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [folder, ...args] = Deno.args;
const secretsFile = args[args.indexOf("--secrets-file") + 1];
const secrets = args.includes("--secrets-file") ? readFileSync(secretsFile, "utf8") : null;
const mode = secrets === null ? null : statSync(secretsFile).mode & 0o777;
appendFileSync(join(folder, "asked"), `${JSON.stringify({ args, secrets, mode })}\n`);
const behaves = (how: string) => existsSync(join(folder, how));

/** Wrangler's own title for a namespace that a deployment makes: the Worker's name and the binding. */
const TITLE = "liveperson-audit-collector-cursors";
const ID = "0123456789abcdef0123456789abcdef";
const [first, , third] = args;
if (first === "whoami") {
  console.log(
    behaves("not-signed-in")
      ? "Getting User settings...\nYou are not authenticated. Please run `wrangler login`."
      : "You are logged in with an OAuth Token.",
  );
} else if (first === "kv" && third === "create") {
  const title = args[3];
  if (title !== TITLE) fail(`unexpected title: ${title}`);
  if (behaves("exists")) fail(`A KV namespace with the title "${title}" already exists.`);
  console.log(`🌀 Creating namespace with title "${title}"\n✨ Success!`);
  console.log(`[[kv_namespaces]]\nbinding = "liveperson_audit_collector_cursors"\nid = "${ID}"`);
} else if (first === "kv" && third === "list") {
  console.log(
    JSON.stringify([{ id: "f".repeat(32), title: "CURSORS" }, { id: ID, title: TITLE }]),
  );
} else if (first === "deploy") {
  console.log(`Uploading ${secrets}`); // what must never be shown, if it did
  if (behaves("hangs")) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (behaves("refuses")) fail("The Worker could not be deployed");
  console.log("Deployed liveperson-audit-collector\n  https://collector.example.workers.dev");
} else {
  fail(`unknown command: ${args.join(" ")}`);
}

function fail(message: string): never {
  console.error(`✘ [ERROR] ${message}`);
  Deno.exit(1);
}
