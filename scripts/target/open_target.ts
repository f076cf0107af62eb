/** Opens the place that a script's options name. */
import { stat } from "node:fs/promises";
import { scriptProblem, usageError } from "../cli/failure.ts";
import type { PlaceOptions } from "../cli/script_options.ts";
import { DEFAULT_KV_PATH } from "../cli/script_options.ts";
import { scriptLog } from "../cli/script_log.ts";
import { readVariables, type Variables } from "../cli/settings_file.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { openLocalSite } from "./local_target.ts";
import type { Site } from "./target.ts";
import { WorkerClient } from "./worker_client.ts";
import { workerSite } from "./worker_target.ts";

export interface Surroundings {
  /** Prints a line for people. */
  readonly say: (line: string) => void;
  readonly stop: StopSignal;
  /** True if a state that is not there yet is made. */
  readonly creates: boolean;
}

/** @throws {CollectorError} `arguments_invalid` or `configuration_invalid` */
export async function openSite(options: PlaceOptions, around: Surroundings): Promise<Site> {
  const variables = readVariables(options.envFile);
  if (options.url !== undefined) return openWorker(options.url, options, variables, around);
  if (options.token !== undefined) throw usageError("--token goes with --url.");
  const kvPath = options.kvPath ?? (variables.DENO_KV_PATH || DEFAULT_KV_PATH);
  if (!around.creates) await mustExist(kvPath);
  const { stop, say } = around;
  return await openLocalSite({ variables, kvPath, log: scriptLog(say), stop: asAbort(stop) });
}

/** The collectors with a state in memory: nothing is stored. */
export function openPassingSite(
  { envFile }: PlaceOptions,
  { say, stop }: Pick<Surroundings, "say" | "stop">,
): Promise<Site> {
  const log = scriptLog(say);
  const variables = readVariables(envFile);
  return openLocalSite({ variables, kvPath: undefined, log, stop: asAbort(stop) });
}

function openWorker(
  url: string,
  { token, kvPath }: PlaceOptions,
  variables: Variables,
  { stop }: Surroundings,
): Site {
  if (kvPath !== undefined) throw usageError("--kv-path and --url can't be used together.");
  const given = (token ?? variables.API_TOKEN ?? "").trim();
  if (!/^[\x21-\x7e]+$/.test(given)) {
    throw scriptProblem(
      "token_missing",
      "The Worker's API token is missing",
      given === "" ? "API_TOKEN is not set." : "API_TOKEN has characters that no token has.",
      "Set API_TOKEN in the environment or in .dev.vars, or use --token.",
    );
  }
  const leaving = new AbortController();
  stop.wait.then(() => leaving.abort());
  return workerSite(new WorkerClient({ url, token: given, signal: leaving.signal }));
}

async function mustExist(kvPath: string): Promise<void> {
  if (await stat(kvPath).then(() => true, () => false)) return;
  throw scriptProblem(
    "state_missing",
    "There is no state",
    `Nothing was collected into ${kvPath} yet.`,
    "Name the state with --kv-path or DENO_KV_PATH, or a Worker with --url.",
  );
}

function asAbort(stop: StopSignal): Pick<AbortSignal, "aborted"> {
  return {
    get aborted() {
      return stop.stopped;
    },
  };
}
