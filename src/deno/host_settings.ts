/** The settings of the Deno host itself, and which variables it reads. Pure. */
import { CollectorError } from "../errors.ts";
import { ACCOUNT_LISTS } from "../pipelines/accounts.ts";
import { SETTING_ROWS } from "../pipelines/settings.ts";
import { PROXY_VARIABLES } from "./http_clients.ts";

interface HostSettings {
  /** The database file. */
  readonly kvPath: string;
  /** The address on which it listens. */
  readonly host: string;
  /** Where it listens; 0 takes any free port. */
  readonly port: number;
  /** True if there is a proxy in front that says where a request came from. */
  readonly isProxyTrusted: boolean;
}

/** Every variable that is read: the start task allows these and no others. */
export const HOST_VARIABLES = [
  ...new Set([...SETTING_ROWS.map((row) => row.name), ...ACCOUNT_LISTS]),
  "DENO_KV_PATH",
  "HOST",
  "PORT",
  "TRUST_FORWARDED_FOR",
];

/** Every name that a settings file may have: also what Deno, wrangler and the scripts read there. */
export const SETTING_NAMES: readonly string[] = [
  ...HOST_VARIABLES,
  ...PROXY_VARIABLES,
  "CLOUDFLARE_ACCOUNT_ID",
  "CLOUDFLARE_API_TOKEN",
  "COLLECTOR_URL",
];

/** @throws {CollectorError} `configuration_invalid` */
export function readHostSettings(variables: Record<string, string | undefined>): HostSettings {
  const port = variables.PORT?.trim() || "8000";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new CollectorError("configuration_invalid", {
      detail: "PORT must be a whole number from 0 to 65535.",
    });
  }
  const trusted = variables.TRUST_FORWARDED_FOR?.trim().toLowerCase() || "false";
  if (trusted !== "true" && trusted !== "false") {
    throw new CollectorError("configuration_invalid", {
      detail: "TRUST_FORWARDED_FOR must be true or false.",
    });
  }
  return {
    kvPath: variables.DENO_KV_PATH?.trim() || "data/collector.db",
    host: variables.HOST?.trim() || "127.0.0.1",
    port: Number(port),
    isProxyTrusted: trusted === "true",
  };
}
