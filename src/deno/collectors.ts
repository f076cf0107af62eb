/**
 * The collectors of all pipelines in this process, under Deno. Their state is in one Deno KV database,
 * which other processes may share: runs of the same pipeline take turns.
 */
import { ANY_DESTINATION } from "../destinations/catalog.ts";
import { askEach, type Collectors } from "../collector/fleet.ts";
import type { LogLine, Platform } from "../collector/platform.ts";
import { type CollectorService, serve } from "../collector/service.ts";
import { forbiddenHosts } from "./allowed_hosts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { denoDigest } from "./digest.ts";
import { type HttpClient, HttpClients } from "./http_clients.ts";
import type { Operators } from "../operators/operators.ts";
import { openOperators } from "./operators.ts";
import { openKv, storageInKv, storageInMemory, type Unopened } from "./storage.ts";
import { Lease } from "./lease.ts";
import { endingSoonAfter, sleepUntil } from "./stopping.ts";
import { CollectorError } from "../errors.ts";
import { type Pipeline, pipelineName } from "../pipelines/pipeline.ts";
import { readNetworkSettings } from "../pipelines/settings.ts";
import {
  listPipelines,
  type PipelineEntry,
  type PipelineSettings,
  readPipeline,
  withProblems,
} from "../pipelines/pipelines.ts";

interface DenoCollectorsOptions {
  readonly variables: Record<string, string | undefined>;
  /**
   * The database file, created if it does not exist. If undefined, the state is in memory and nothing is
   * stored.
   */
  readonly kvPath: string | undefined;
  /** The error when the database can't be opened; by default, that DENO_KV_PATH is not valid. */
  readonly unopened?: Unopened;
  readonly log: (line: LogLine) => void;
  /**
   * Once aborted, runs end after the current batch. With a signal, current requests and waits are cut short
   * as well.
   */
  readonly stop?: AbortSignal | Pick<AbortSignal, "aborted">;
}

export interface DenoCollectors extends Collectors {
  readonly operators: Operators;
  /** Sends requests that belong to no account. */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * Opens the collectors. An account whose settings are invalid answers with the problem.
 * @throws {CollectorError} `configuration_invalid` when there is no account; what `unopened` returns when the
 * database can't be opened
 */
export async function openDenoCollectors(options: DenoCollectorsOptions): Promise<DenoCollectors> {
  const { log, stop = { aborted: false } } = options;
  const entries = listPipelines(options.variables, "deno");
  const { kvPath, unopened } = options;
  const kv = kvPath === undefined ? undefined : await openKv(kvPath, log, unopened);
  const httpClients = new HttpClients();
  const holder = crypto.randomUUID();
  const services = new Map<string, CollectorService>();
  const unverified = new Set<string>();
  for (const entry of entries) {
    const { name } = entry;
    const { httpClient, settings, problems } = await openHttpClient(entry, httpClients);
    if (settings?.TRUST_ANY_CERTIFICATE) unverified.add(entry.account.id);
    const platform: Platform = {
      name: "deno",
      ...(kv === undefined
        ? storageInMemory()
        : storageInKv(kv, new Lease({ kv, name, holder, clock: SYSTEM_CLOCK, log, stop }), name)),
      fetch: httpClient?.fetch ?? fetch,
      ...stoppable(stop),
      now: Date.now,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      digest: denoDigest,
      log,
      stop,
    };
    services.set(name, serve(withProblems(entry, problems), platform));
  }
  if (unverified.size > 0) log(unverifiedWarning([...unverified]));
  const of = (pipeline: Pipeline) => services.get(pipelineName(pipeline))!;
  return {
    pipelines: entries.map(({ pipeline }) => pipeline),
    of,
    ask: askEach(of),
    operators: openOperators(kv),
    fetch: hostFetch(options.variables, httpClients),
    async close() {
      await httpClients.close();
      kv?.close();
    },
  };
}

/**
 * Sends the host's own requests, through the proxy and trusting the authority in the settings. Certificates
 * are always verified: if anybody could supply Cloudflare Access's keys, anybody could sign in. Rejects
 * while these settings are invalid.
 */
function hostFetch(
  variables: DenoCollectorsOptions["variables"],
  httpClients: HttpClients,
): typeof fetch {
  return async (input, init) => {
    const settings = { ...readNetworkSettings(variables), TRUST_ANY_CERTIFICATE: false };
    return await (await httpClients.of(settings)).fetch(input, init);
  };
}

/** Requests and waiting end soon after the host is asked to stop. */
function stoppable(
  stop: AbortSignal | Pick<AbortSignal, "aborted">,
): Pick<Platform, "ending" | "sleep"> {
  if (!(stop instanceof AbortSignal)) return {};
  return { ending: endingSoonAfter(stop), sleep: sleepUntil(stop) };
}

/**
 * The account's HTTP client. A fault of its CA file or of Deno's permissions becomes a problem of the
 * account.
 */
async function openHttpClient(entry: PipelineEntry, httpClients: HttpClients): Promise<{
  readonly httpClient?: HttpClient;
  readonly settings?: PipelineSettings;
  readonly problems: readonly string[];
}> {
  const { problems } = entry.account;
  let settings: PipelineSettings;
  try {
    settings = readPipeline(entry, "deno");
  } catch {
    return { problems }; // the account's service reports them
  }
  try {
    const httpClient = await httpClients.of(settings);
    const forbidden = await forbiddenHosts(settings);
    return { httpClient, settings, problems: [...problems, ...forbidden] };
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error;
    return { problems: [...problems, error.details.detail.replace(/\.$/, "")] };
  }
}

function unverifiedWarning(accounts: readonly string[]): LogLine {
  return {
    level: "warn",
    event: "certificates_not_verified",
    accounts,
    message:
      "TRUST_ANY_CERTIFICATE is on: CERTIFICATES ARE NOT VERIFIED. Anybody on the network path to " +
      `LivePerson or ${ANY_DESTINATION} can read the credentials and the events, and change them. For a private ` +
      "certificate authority set CA_CERTIFICATE_FILE instead.",
  };
}
