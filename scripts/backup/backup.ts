/** `deno task backup`: copies the database of the Deno host, also while the collector runs. */
import { resolve } from "node:path";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd } from "../cli/failure.ts";
import { namedPath } from "../cli/paths.ts";
import { type DatabaseOptions, databasePath, withDatabase } from "../cli/database_options.ts";
import { backUp } from "./database.ts";

interface Options extends DatabaseOptions {
  readonly to?: string;
}

const command = withDatabase(
  scriptCommand("backup", "Copies the collector's database, even while the collector runs.", [
    "--to collector-backup.db",
    "--kv-path /srv/collector.db --to collector-backup.db --json",
  ])
    .option("--to <file>", "where to write the copy"),
).addHelpText("after", "\nExit code: 0 done, 1 failed, 2 bad usage.");

async function main(options: Options): Promise<number> {
  const to = namedPath("--to", options.to);
  const database = resolve(databasePath(options));
  await backUp(database, to);
  console.log(
    options.json
      ? JSON.stringify({ ok: true, database, backup: to })
      : `${to} is a copy of ${database}. It contains events and encrypted tokens: keep it safe.`,
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
