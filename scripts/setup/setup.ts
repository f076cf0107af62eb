/**
 * `deno task setup`: from nothing to a deployed Worker whose first run has worked. It asks for missing
 * settings, tests the connection, and has wrangler create the KV namespace and deploy. Safe to run twice.
 */
import { join, resolve } from "node:path";
import { Option } from "commander";
import { KINDS } from "../../src/destinations/catalog.ts";
import { ROOT } from "../local/bundle.ts";
import { askToGoOn, TERMINAL } from "./ask.ts";
import { deploy } from "./deploy.ts";
import { cronWords, endingJson, endingLines, exitCode } from "./afterwards.ts";
import { type FirstRun, firstRun } from "./first_run.ts";
import { Interview, type InterviewTools } from "./interview.ts";
import { keepSettings } from "./keep_settings.ts";
import { copyOf, ensureNamespace, readToml } from "./namespace.ts";
import {
  deployedSettings,
  DESTINATION_OPTIONS,
  isSet,
  missingSettings,
  type NeededSetting,
  newApiToken,
} from "./settings.ts";
import { tryOut } from "./try_out.ts";
import { type Earlier, Unfinished } from "./unfinished.ts";
import { testAccounts } from "./test_accounts.ts";
import { Interrupted, Wrangler } from "./wrangler.ts";
import { boundBuckets, namespaceId } from "./wrangler_toml.ts";
import { plainToken } from "../../src/settings/token_list.ts";
import { DONE, INTERRUPTED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { runToEnd, scriptProblem, usageError } from "../cli/failure.ts";
import { mustBeWritable } from "../cli/paths.ts";
import { secretValues } from "./secrets.ts";
import { withSettingsFile } from "../cli/script_options.ts";
import { DEFAULT_FILE, readVariables, type Variables } from "../cli/settings_file.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";

interface Options {
  readonly accountId?: string;
  readonly clientId?: string;
  readonly authServer?: string;
  readonly settingsFile?: string;
  readonly config?: string;
  readonly url?: string;
  readonly wrangler?: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** An option for each setting of a destination that is no secret, named after the setting. */
const destinationOptions = DESTINATION_OPTIONS.map(({ name }) => {
  const words = name.toLowerCase().split("_");
  return new Option(`--${words.join("-")} <${words.at(-1)}>`, name);
});

const command = scriptCommand(
  "setup",
  "Takes you from nothing to a deployed Worker: asks for the settings, tests the connection, and deploys with wrangler.",
  ["", "--dry-run", "--yes --json"],
)
  .option("--account-id <id>", "LIVEPERSON_ACCOUNT_ID")
  .option("--client-id <id>", "LIVEPERSON_CLIENT_ID")
  .option("--auth-server <host>", "LIVEPERSON_AUTH_SERVER_URL");
for (const option of destinationOptions) command.addOption(option);
withSettingsFile(command, "the file that settings are read from and saved to", DEFAULT_FILE)
  .option("--config <path>", "wrangler.toml (default: the repository's)")
  .option("--url <url>", "the Worker's address, if not the one at workers.dev")
  .option("--wrangler <command>", "a different command for wrangler")
  .option("--yes", "ask nothing")
  .option("--dry-run", "show the commands; change nothing")
  .option("--json", "print JSON for machines; needs --yes or --dry-run")
  .addHelpText(
    "after",
    "\nSecrets are never options: they come from the environment, the settings file, or a question." +
      "\nExit code: 0 done, 1 failed or some events were not accepted, 2 bad usage, 130 Ctrl-C.",
  );

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  const say = options.json ? console.error : console.log;
  const asks = !options.yes && !options.dryRun;
  if (options.json && asks) throw usageError("--json needs --yes or --dry-run.");
  if (asks && !Deno.stdin.isTerminal()) {
    throw usageError("There is no terminal to ask questions on: use --yes.");
  }
  try {
    return await setUp(options, say, stop);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error(error.message);
    return INTERRUPTED;
  }
}

async function setUp(
  options: Options,
  say: (line: string) => void,
  stop: StopSignal,
): Promise<number> {
  const { settingsFile = DEFAULT_FILE, yes, json, config, wrangler: wranglerCommand } = options;
  const dryRun = options.dryRun ?? false;
  const tomlPath = config === undefined ? join(ROOT, "wrangler.toml") : resolve(config);
  const toml = await readToml(tomlPath);
  const bound = boundBuckets(toml);
  if (!dryRun && namespaceId(toml) === null) await mustBeWritable(copyOf(tomlPath));
  const secrets: string[] = [];
  const wrangler = new Wrangler({
    command: wranglerCommand,
    cwd: ROOT,
    dryRun,
    secrets: () => secrets,
    say,
    stop,
  });
  await wrangler.mustBeSignedIn();
  const unfinished = new Unfinished(settingsFile);
  const around = { bound, unfinished, say, stop };
  const { variables, added, missing } = await completeSettings(options, around);
  secrets.push(...secretValues(variables));

  if (missing.length === 0) {
    const settings = deployedSettings(variables, bound);
    await testAccounts(settings, say, stop);
  }
  if (!yes && !dryRun && !await askToGoOn("Create the KV namespace and deploy?")) {
    throw new Interrupted("Nothing was changed.");
  }
  if (!dryRun && Object.keys(added).length > 0) {
    await keepSettings(settingsFile, added);
    say(`Saved in ${settingsFile}: ${Object.keys(added).join(", ")}.`);
  }

  if (!dryRun) await unfinished.remove();

  const { configPath, ...namespace } = await ensureNamespace(wrangler, tomlPath);
  if (namespace.id !== null) say(`The KV namespace is ${namespace.id}, ${namespace.found}.`);
  const settings = missing.length === 0 ? deployedSettings(variables, bound) : {};
  const printed = await deploy(wrangler, settings, ["--config", configPath], dryRun);
  const url = options.url ?? printed;

  const generated = "API_TOKEN" in added && !dryRun;
  const summary = {
    ...{ dryRun, namespace, url, commands: wrangler.commands },
    ...{ missing: missing.map(({ name }) => name), generated },
  };
  const tell = (ending: Readonly<Record<string, unknown>>) => {
    if (json) console.log(JSON.stringify({ ...ending, ...summary }));
  };
  if (dryRun) {
    tell({ ok: true, delivered: null });
    return DONE;
  }
  const cron = cronWords(settings);
  say(`\nDeployed${url === null ? "" : ` at ${url}`}. ${cron}`);
  say(
    generated
      ? `The routes require API_TOKEN, which was generated and saved in ${settingsFile}.`
      : "The routes require the API_TOKEN that you set.",
  );
  const first = await firstRunAt(url, variables.API_TOKEN, say, stop);
  for (const line of first === null ? [] : endingLines(first, cron)) console.error(line);
  say(`To see its status: deno task status --watch --url ${url ?? "<the Worker's URL>"}`);
  tell(first === null ? { ok: true, delivered: null } : endingJson(first));
  return first === null ? DONE : exitCode(first);
}

/** Null if nothing can be asked to run now. */
async function firstRunAt(
  url: string | null,
  tokens: string | undefined,
  say: (line: string) => void,
  stop: StopSignal,
): Promise<FirstRun | null> {
  if (url === null) return null;
  const token = plainToken(tokens);
  if (token !== undefined) return await firstRun({ url, token }, say, stop);
  say("No run was started now: API_TOKEN has only a SHA-256, and no token that setup could send.");
  return null;
}

/** The settings, with those from options and answers, and a token. `added`: what is to be saved. */
async function completeSettings(
  options: Options,
  { bound, unfinished, say, stop }: {
    readonly bound: readonly string[];
    readonly unfinished: Unfinished;
    readonly say: (line: string) => void;
    readonly stop: StopSignal;
  },
): Promise<{
  readonly variables: Variables;
  readonly added: Readonly<Record<string, string>>;
  /** In a dry run; otherwise nothing is. */
  readonly missing: readonly NeededSetting[];
}> {
  const { settingsFile = DEFAULT_FILE, yes, dryRun } = options;
  const given = readVariables(settingsFile, false);
  const last = await unfinished.read();
  const earlier = Object.fromEntries(
    Object.entries(last.answers).filter(([name]) => !isSet(given[name])),
  ) as Record<string, string>;
  tellOfLastTime({ ...last, answers: earlier }, unfinished.path, say);
  const before = { ...given, ...earlier };
  const fromOptions = Object.fromEntries(
    [
      ["LIVEPERSON_ACCOUNT_ID", options.accountId],
      ["LIVEPERSON_CLIENT_ID", options.clientId],
      ["LIVEPERSON_AUTH_SERVER_URL", options.authServer],
      ...destinationOptions.map((option) => [option.description, valueOf(option)]),
    ].filter(([name, value]) => isSet(value) && value !== before[name!]),
  ) as Record<string, string>;
  const missing = missingSettings({ ...before, ...fromOptions }, bound, last.chosen);
  const isSaved = missing.length > 0 || !isSet(before.API_TOKEN) ||
    Object.keys({ ...earlier, ...fromOptions }).length > 0;
  if (isSaved && !dryRun) await mustBeWritable(settingsFile);
  const absent = missing.map(({ name }) => name).join(", ");
  if (missing.length > 0 && dryRun) {
    say(`Not set yet (without --dry-run, setup asks for them): ${absent}.`);
  } else if (missing.length > 0 && yes) {
    throw scriptProblem("settings_missing", `Not set: ${absent}.`, {
      action:
        `Set them in the environment or in ${settingsFile}, or run setup without --yes and answer its questions.`,
    });
  }
  const tryAndSay: InterviewTools["tryOut"] = (settings, kind) => {
    say(`Trying ${kind?.label ?? "LivePerson"} ...`);
    return tryOut(settings, kind, stop);
  };
  const interview = new Interview({ ...before, ...fromOptions }, {
    asker: TERMINAL,
    tryOut: tryAndSay,
    keep: (some) => unfinished.keep(some),
    keepChosen: (some) => unfinished.keepChosen(some),
    chosen: last.chosen,
    answered: Object.keys(earlier),
    bound,
  });
  const answers = dryRun || yes ? {} : await interview.hold();
  const token: Record<string, string> = isSet(before.API_TOKEN) ? {} : { API_TOKEN: newApiToken() };
  const added = { ...earlier, ...fromOptions, ...answers, ...token };
  const variables = { ...before, ...added };
  return { variables, added, missing: missingSettings(variables, bound, last.chosen) };
}

function tellOfLastTime(
  { answers, chosen }: Earlier,
  path: string,
  say: (line: string) => void,
): void {
  const names = Object.keys(answers);
  const labels = KINDS.filter(({ id }) => chosen.includes(id)).map(({ label }) => label);
  if (labels.length > 0) say(`Chosen last time: ${labels.join(", ")}.`);
  if (names.length > 0) say(`Answered last time: ${names.join(", ")}.`);
  if (labels.length + names.length > 0) say(`This is kept in ${path}. To start afresh, delete it.`);
}

function valueOf(option: Option): string | undefined {
  return command.getOptionValue(option.attributeName());
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
