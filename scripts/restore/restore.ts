/** `deno task restore`: replaces the Deno host's database with a backup. Refused while the collector runs. */
import { resolve } from "node:path";
import { restore } from "../backup/database.ts";
import { DONE, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd } from "../cli/failure.ts";
import { namedPath } from "../cli/paths.ts";
import { type DatabaseOptions, databasePath, withDatabase } from "../cli/database_options.ts";

interface Options extends DatabaseOptions {
  readonly from?: string;
}

const command = withDatabase(
  scriptCommand("restore", "Replaces the collector's database with a backup.", [
    "--from collector-backup.db",
    "--kv-path /srv/collector.db --from collector-backup.db --json",
  ])
    .option("--from <file>", "the backup"),
).addHelpText("after", "\nExit code: 0 done, 1 failed, 2 bad usage.");

async function main(options: Options): Promise<number> {
  const from = namedPath("--from", options.from);
  const database = resolve(databasePath(options));
  const { replaced, mayBeOpen } = await restore(from, database);
  if (mayBeOpen) {
    console.error(
      `warning: ${database} was damaged, so nothing told whether the collector is still running. If ` +
        "it is, restart it: until then it writes to the database that was replaced.",
    );
  }
  if (options.json) {
    console.log(JSON.stringify({ ok: true, database, backup: from, replaced }));
    return DONE;
  }
  if (replaced !== null) console.log(`The previous database is kept as ${replaced}.`);
  console.log(
    `${database} is restored from ${from}. Whatever was delivered since the backup is delivered again, ` +
      "with the same event_id.",
  );
  return DONE;
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
