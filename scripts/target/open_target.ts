/** Opens the target that the options of a script name. */
import { resolve } from "node:path";
import { mustBeUnused } from "../backup/database.ts";
import { scriptProblem, usageError } from "../cli/failure.ts";
import type { TargetOptions } from "../cli/script_options.ts";
import { kvPathOf } from "../cli/database_options.ts";
import { isThere } from "../cli/paths.ts";
import { scriptLog } from "../cli/script_log.ts";
import { mustBeOurs, settingUnopened, type Unopened } from "../../src/deno/storage.ts";
import { readVariables, type Variables } from "../cli/settings_file.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { confirmLocal } from "./confirm_local.ts";
import { openLocalTarget } from "./local_target.ts";
import type { Target } from "./target.ts";
import { WorkerClient } from "./worker_client.ts";
import { plainToken } from "../../src/settings/token_list.ts";
import { workerTarget } from "./worker_target.ts";

interface Surroundings {
  /** Prints a line for people. */
  readonly say: (line: string) => void;
  readonly stop: StopSignal;
  /** What to do if there is no state: create it, refuse, or use one in memory. */
  readonly absent: "made" | "refused" | "in memory";
  /** True if events will be pushed: then a state on this machine must be confirmed. */
  readonly pushes?: true;
  /** True if nothing may be collected meanwhile: here that is so once no process has the state open. */
  readonly isPaused?: true;
}

/** @throws {CollectorError} `arguments_invalid` or `configuration_invalid` */
export async function openTarget(options: TargetOptions, around: Surroundings): Promise<Target> {
  const variables = readVariables(options.settingsFile);
  if (options.url !== undefined) return openWorker(options.url, options, variables, around);
  const kvPath = kvPathOf(options, variables);
  if (around.pushes) await confirmLocal(options, kvPath);
  const { stop, say, absent, isPaused = false } = around;
  if (absent !== "made" && !await isThere(kvPath)) {
    if (absent === "in memory") return await openMemoryTarget(options, around);
    throw stateMissing(kvPath);
  }
  const unopened = options.kvPath === undefined ? settingUnopened : optionUnopened;
  if (isPaused && await isThere(kvPath)) {
    await mustBeOurs(kvPath, unopened);
    await mustBeUnused(kvPath);
  }
  return await openLocalTarget({
    unopened,
    variables: isPaused ? { ...variables, FETCH_EVENTS: "false" } : variables,
    kvPath,
    log: scriptLog(say),
    stop: stop.signal,
  });
}

/** The collectors with a state in memory: nothing is stored. */
export function openMemoryTarget(
  { settingsFile }: TargetOptions,
  { say, stop }: Pick<Surroundings, "say" | "stop">,
): Promise<Target> {
  const log = scriptLog(say);
  const variables = readVariables(settingsFile);
  return openLocalTarget({ variables, kvPath: undefined, log, stop: stop.signal });
}

/** To read only: a deployed collector, or the ones here without their state. */
export async function openToRead(
  options: TargetOptions,
  around: Pick<Surroundings, "say" | "stop">,
): Promise<Target> {
  if (options.url === undefined) {
    return await openMemoryTarget(options, around);
  }
  return await openTarget(options, { ...around, absent: "refused" });
}

function openWorker(
  url: string,
  { kvPath, local }: TargetOptions,
  variables: Variables,
  { stop }: Surroundings,
): Target {
  if (kvPath !== undefined) throw usageError("--kv-path and --url can't be used together.");
  if (local) throw usageError("--local and --url can't be used together.");
  const given = (plainToken(variables.API_TOKEN) ?? "").trim();
  if (!/^[\x21-\x7e]+$/.test(given)) {
    throw scriptProblem(
      "token_missing",
      given === ""
        ? "API_TOKEN is not set, or only a SHA-256 of it."
        : "API_TOKEN has characters that a token can't contain.",
    );
  }
  return workerTarget(new WorkerClient({ url, token: given, signal: stop.signal }));
}

const optionUnopened: Unopened = (path, why) =>
  usageError(`--kv-path: ${resolve(path)} can't be opened: ${why}.`);

function stateMissing(kvPath: string): Error {
  return scriptProblem("state_missing", `Nothing has been collected into ${resolve(kvPath)} yet.`);
}
