/** What the errors mean that only scripts have, and what to do about them. Pure. */

export interface ScriptReason {
  readonly title: string;
  readonly action: string;
}

export type ScriptCode =
  | "interrupted"
  | "worker_unreachable"
  | "worker_unreadable"
  | "token_missing"
  | "state_missing"
  | "events_refused"
  | "letters_refused_again"
  | "backfill_gone"
  | "backfill_stands_still"
  | "file_unreadable"
  | "file_unwritable"
  | "database_missing"
  | "database_unreadable"
  | "database_in_use"
  | "backup_exists"
  | "export_exists"
  | "export_unreadable"
  | "export_lacks"
  | "range_too_dense"
  | "settings_missing"
  | "setting_unwritable"
  | "port_unusable"
  | "demo_failed"
  | "not_signed_in"
  | "wrangler_failed"
  | "wrangler_toml_unreadable";

export const SCRIPT_REASONS: Readonly<Record<ScriptCode, ScriptReason>> = {
  interrupted: {
    title: "Interrupted",
    action: "Nothing, or run the command again. What the collector had begun, it ends.",
  },
  worker_unreachable: {
    title: "The Worker could not be reached",
    action: "Check --url, and that the Worker is deployed.",
  },
  worker_unreadable: {
    title: "The address is not a collector's",
    action:
      "Check --url: it is the Worker's address, such as https://collector.example.workers.dev.",
  },
  token_missing: {
    title: "The Worker's API token is missing",
    action:
      "Set API_TOKEN in the environment, in .dev.vars, or in the file that --settings-file names.",
  },
  state_missing: {
    title: "There is no state",
    action: "Give the state with --kv-path or DENO_KV_PATH, or a Worker with --url.",
  },
  events_refused: {
    title: "Some events were not accepted",
    action: "Read the reasons with deno task dead-letters, and correct what they name. Runs try " +
      "those that are set aside again.",
  },
  letters_refused_again: {
    title: "Events were refused again",
    action: "Read the reasons with deno task dead-letters, and correct what they name.",
  },
  backfill_gone: {
    title: "The backfill was cancelled",
    action: "See its state with: deno task status.",
  },
  backfill_stands_still: {
    title: "The backfill has stalled",
    action: "Check that the Worker has its cron trigger, or start a run now: deno task collect " +
      "--url. The backfill is kept, and the same command continues to watch it.",
  },
  file_unreadable: {
    title: "A file can't be read",
    action: "Correct the path, or run the command as a user who may read it, with: sudo -u USER.",
  },
  file_unwritable: {
    title: "A file can't be written",
    action:
      "Choose a path in an existing folder, or run the command as a user who may write there, " +
      "with: sudo -u USER.",
  },
  database_missing: {
    title: "There is no database",
    action: "Give its path: --kv-path or DENO_KV_PATH for the database, --from for the backup.",
  },
  database_unreadable: {
    title: "The file is not a complete database of the collector",
    action: "Use another backup.",
  },
  database_in_use: {
    title: "The collector is running",
    action: "Stop the collector, and its standby if there is one, then try again.",
  },
  backup_exists: {
    title: "The file already exists",
    action: "Give a different name with --to.",
  },
  export_exists: {
    title: "The file already exists",
    action: "Give a different name with --to.",
  },
  export_unreadable: {
    title: "The file is not an export",
    action: "With --from, give the file that deno task export wrote.",
  },
  export_lacks: {
    title: "The export has no such account or destination",
    action: "Name one that it has with --account and --destination, or leave these out.",
  },
  range_too_dense: {
    title: "The events can't be counted",
    action: "Run the backfill itself: it can deliver them.",
  },
  settings_missing: {
    title: "Settings are missing",
    action:
      "Set them in the environment or in .dev.vars, or run setup without --yes and answer its questions.",
  },
  setting_unwritable: {
    title: "A setting can't be saved",
    action: "Set it in the environment instead.",
  },
  port_unusable: {
    title: "A port can't be used",
    action: "Choose another port with the option for it.",
  },
  demo_failed: {
    title: "The demo did not go as expected",
    action: "Run it again without --json to see where.",
  },
  not_signed_in: {
    title: "Nobody is signed in to Cloudflare",
    action:
      "Sign in with: deno task wrangler login. Or set CLOUDFLARE_API_TOKEN. Then run setup again.",
  },
  wrangler_failed: {
    title: "Wrangler failed",
    action: "Correct what its output names. Then run setup again: it skips what is already done.",
  },
  wrangler_toml_unreadable: {
    title: "wrangler.toml lacks what setup needs",
    action: "Restore wrangler.toml from the repository.",
  },
};
