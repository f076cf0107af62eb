/**
 * The settings: every name, default and rule in one table, including those of the source and of the
 * destinations. Pure. A test compares the README's table with this one.
 */
import * as v from "valibot";
import { DESTINATION_SETTINGS, KINDS } from "../destinations/catalog.ts";
import type { AnyKind } from "../destinations/kind.ts";
import { parsePast } from "../settings/duration.ts";
import { httpOrigin } from "../settings/hosts.ts";
import { givenSettings, incomplete, readTable } from "../settings/read.ts";
import { boolean, length, parsed, text, wholeNumber } from "../settings/values.ts";
import { tokenList } from "../settings/token_list.ts";
import { LIVEPERSON_SECRETS, LIVEPERSON_SETTINGS } from "../sources/liveperson/settings.ts";

/** Which platform the collector runs on: some options exist on only one. */
export type PlatformName = "workers" | "deno";

/**
 * A run of this many requests reads some 750,000 events in 20 seconds of CPU; Cloudflare allows a Durable
 * Object 30.
 */
const MOST_REQUESTS = 2000;
/** With fewer, one run could not finish bisecting a batch of refused events. */
const FEWEST_REQUESTS = 45;

const SETTINGS = v.object({
  ...LIVEPERSON_SETTINGS,
  LIVEPERSON_ACCOUNTS: v.optional(text),
  FETCH_EVENTS: v.optional(boolean, "true"),
  FIRST_FETCH: v.optional(
    v.pipe(
      text,
      v.check(
        (value) => parsePast(value, Date.UTC(2100, 0)) !== null,
        "must be a time such as 3 days, or an ISO 8601 time",
      ),
    ),
    "3 days",
  ),
  MAX_FETCH: v.optional(wholeNumber(1, 1_000_000), "5000"),
  LATE_ARRIVAL_WINDOW: v.optional(length(0, 86_400_000, "15 minutes"), "15 minutes"),
  TRUST_ANY_CERTIFICATE: v.optional(boolean, "false"),
  CA_CERTIFICATE_FILE: v.optional(text),
  USE_SYSTEM_PROXY: v.optional(boolean, "false"),
  ...DESTINATION_SETTINGS,
  REQUEST_TIMEOUT: v.optional(length(100, 300_000, "30 seconds"), "30 seconds"),
  RETRY_DELAY: v.optional(length(0, 60_000, "5 seconds"), "5 seconds"),
  REQUESTS_PER_RUN: v.optional(wholeNumber(FEWEST_REQUESTS, MOST_REQUESTS), "45"),
  LAG_THRESHOLD: v.optional(length(60_000, 30 * 86_400_000, "1 hour"), "1 hour"),
  MAX_DEAD_LETTERS: v.optional(wholeNumber(1, 100_000), "5000"),
  UNDELIVERED_THRESHOLD: v.optional(wholeNumber(1, 1_000_000), "100"),
  DEBUG_TRACE: v.optional(boolean, "false"),
  API_TOKEN: v.optional(tokenList),
  API_TOKEN_READ: v.optional(tokenList),
  CLOUDFLARE_ACCESS_TEAM_DOMAIN: v.optional(parsed(httpOrigin)),
  CLOUDFLARE_ACCESS_AUDIENCE: v.optional(text),
  CLOUDFLARE_ACCESS_OPERATORS: v.optional(text),
  DELIVER_OPERATOR_ACTIONS: v.optional(boolean, "false"),
});

export type Settings = v.InferOutput<typeof SETTINGS>;

const SECRETS = new Set([
  ...LIVEPERSON_SECRETS,
  ...KINDS.flatMap((kind) => kind.secrets),
  "API_TOKEN",
  "API_TOKEN_READ",
]);

/** What is wrong with a setting's value, worded to follow its name; undefined if nothing is. */
export function whatIsWrong(name: string, value: string): string | undefined {
  const entries: Readonly<Record<string, v.GenericSchema<unknown>>> = SETTINGS.entries;
  return v.safeParse(entries[name], value).issues?.[0].message;
}

/** For each setting: name, default, whether it must be set, and whether it must never be shown. */
export const SETTING_ROWS = Object.entries(SETTINGS.entries).map(([name, schema]) => ({
  name,
  required: schema.type !== "optional",
  default: schema.type === "optional" ? schema.default as string | undefined : undefined,
  secret: SECRETS.has(name),
}));

const NAMES = SETTING_ROWS.map((row) => row.name);

/**
 * Reads the settings from the environment's variables. Empty ones count as not set; unknown ones are
 * ignored. `destination`: the kind whose settings count, so that those of another can't fail here; if left
 * out, all kinds' count.
 * @throws {CollectorError} `configuration_invalid`, naming every bad setting
 */
export function readSettings(
  variables: Readonly<Record<string, unknown>>,
  platform: PlatformName,
  destination?: string,
): Settings {
  const isRead = (kind: AnyKind) => destination === undefined || kind.id === destination;
  const others = new Set(KINDS.flatMap((kind) => isRead(kind) ? [] : Object.keys(kind.settings)));
  const given = givenSettings(NAMES.filter((name) => !others.has(name)), variables);
  return readTable(SETTINGS, given, contradictions(given, platform, KINDS.filter(isRead)));
}

const NETWORK_SETTINGS = v.pick(SETTINGS, ["USE_SYSTEM_PROXY", "CA_CERTIFICATE_FILE"]);

/** How requests leave the host that belong to no account. Throws a ValiError if a setting is invalid. */
export function readNetworkSettings(
  variables: Readonly<Record<string, unknown>>,
): v.InferOutput<typeof NETWORK_SETTINGS> {
  return v.parse(
    NETWORK_SETTINGS,
    givenSettings(Object.keys(NETWORK_SETTINGS.entries), variables),
  );
}

/** What is wrong with a combination of settings that are each valid. */
function contradictions(
  given: Readonly<Record<string, unknown>>,
  platform: PlatformName,
  kinds: readonly AnyKind[],
): string[] {
  const problems: string[] = [];
  const on = (name: string) => String(given[name]).trim().toLowerCase() === "true";
  if (platform === "workers") {
    const wanted = ["TRUST_ANY_CERTIFICATE", "USE_SYSTEM_PROXY"].filter(on);
    if ("CA_CERTIFICATE_FILE" in given) wanted.push("CA_CERTIFICATE_FILE");
    for (const name of wanted) {
      problems.push(
        `${name} can't be used on Cloudflare Workers, which always verify certificates, trust only public ` +
          "ones, and have no proxies; to use it, run the collector under Deno",
      );
    }
  }
  return [
    ...problems,
    ...kinds.flatMap((kind) => incomplete(Object.keys(kind.needed), given)),
    ...incomplete(["CLOUDFLARE_ACCESS_TEAM_DOMAIN", "CLOUDFLARE_ACCESS_AUDIENCE"], given),
    ...kinds.flatMap((kind) => kind.contradictions?.(given) ?? []),
  ];
}
