/**
 * The settings: every name, default and rule in one table. Pure. The README's table is held against
 * this one by a test. All bad settings are reported at once, by name, and never the value of a secret.
 */
import * as v from "valibot";
import { CollectorError } from "../errors.ts";
import { authServerOrigin, httpOrigin, xsiamOrigin } from "./hosts.ts";
import { parseLengthMs, parsePast } from "./duration.ts";

/** Which host the collector runs on: some options exist on one only. */
export type Platform = "workers" | "deno";

const text = v.pipe(v.string(), v.trim());
const required = v.pipe(text, v.nonEmpty("is not set"));
const secret = v.pipe(
  text,
  v.nonEmpty("is not set"),
  v.regex(/^[\x21-\x7e]+$/, "has spaces or other characters that no key has"),
);

const boolean = v.pipe(
  text,
  v.toLowerCase(),
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((value) => value === "true"),
);

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    text,
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

function length(minMs: number, maxMs: number, example: string) {
  return v.pipe(
    text,
    v.transform(parseLengthMs),
    v.number(`must be a length of time such as ${example}`),
    v.minValue(minMs, `must not be shorter than ${minMs / 1000} seconds`),
    v.maxValue(maxMs, `must not be longer than ${maxMs / 1000} seconds`),
  );
}

/** Turns a parser that throws into a schema whose message is what it threw. */
function parsed<T>(parse: (value: string) => T) {
  return v.pipe(
    text,
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        addIssue({ message: (error as Error).message });
        return NEVER;
      }
    }),
  );
}

/**
 * A run of so many requests reads some 750,000 events, in 20 seconds of CPU: Cloudflare affords a
 * Durable Object 30.
 */
const MOST_REQUESTS = 2000;
/** With fewer, a batch of refused events could not be taken apart in one run. */
const FEWEST_REQUESTS = 45;

const SETTINGS = v.object({
  LIVEPERSON_ACCOUNT_ID: v.pipe(
    required,
    v.regex(/^[a-zA-Z0-9_]{1,20}$/, "must be 1 to 20 letters, digits or underscores"),
  ),
  LIVEPERSON_CLIENT_ID: required,
  LIVEPERSON_CLIENT_SECRET: required,
  LIVEPERSON_AUTH_SERVER_URL: v.optional(parsed(authServerOrigin)),
  LIVEPERSON_ACCOUNTS: v.optional(text),
  LIVEPERSON_DOMAIN_API_URL: v.optional(parsed(httpOrigin), "https://api.liveperson.net"),
  LIVEPERSON_AUDIT_API: v.optional(
    v.pipe(text, v.picklist(["auto", "graphql", "rest"], "must be auto, graphql or rest")),
    "auto",
  ),
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
  INCLUDE_LPA_CHANGES: v.optional(boolean, "true"),
  INCLUDE_AUTOMATIC_UPDATES: v.optional(boolean, "false"),
  TRUST_ANY_CERTIFICATE: v.optional(boolean, "false"),
  CA_CERTIFICATE_FILE: v.optional(text),
  USE_SYSTEM_PROXY: v.optional(boolean, "false"),
  XSIAM_URL: v.optional(parsed(xsiamOrigin)),
  XSIAM_API_KEY: v.optional(secret),
  XSIAM_AUTH_ID: v.optional(secret),
  XSIAM_COMPRESSION: v.optional(
    v.pipe(text, v.picklist(["gzip", "none"], "must be gzip or none")),
    "gzip",
  ),
  REQUEST_TIMEOUT: v.optional(length(100, 300_000, "30 seconds"), "30 seconds"),
  RETRY_DELAY: v.optional(length(0, 60_000, "5 seconds"), "5 seconds"),
  REQUESTS_PER_RUN: v.optional(wholeNumber(FEWEST_REQUESTS, MOST_REQUESTS), "45"),
  LAG_THRESHOLD: v.optional(length(60_000, 30 * 86_400_000, "1 hour"), "1 hour"),
  DEBUG_TRACE: v.optional(boolean, "false"),
  API_TOKEN: v.optional(secret),
  CLOUDFLARE_ACCESS_TEAM_DOMAIN: v.optional(parsed(httpOrigin)),
  CLOUDFLARE_ACCESS_AUDIENCE: v.optional(text),
});

export type Settings = v.InferOutput<typeof SETTINGS>;

/** Name, default and whether it must be set, of each setting; the README's table shows the same. */
export const SETTING_ROWS = Object.entries(SETTINGS.entries).map(([name, schema]) => ({
  name,
  required: schema.type !== "optional",
  default: schema.type === "optional" ? schema.default as string | undefined : undefined,
}));

/**
 * Reads the settings from the environment's variables. Empty ones count as not set; others are ignored.
 * @throws {CollectorError} `configuration_invalid`, naming every bad setting
 */
export function readSettings(variables: Record<string, unknown>, platform: Platform): Settings {
  const given = Object.fromEntries(
    SETTING_ROWS.map(({ name }) => [name, variables[name]])
      .filter(([, value]) => typeof value === "string" && value.trim() !== ""),
  );
  const result = v.safeParse(SETTINGS, given);
  const problems = (result.issues ?? []).map((issue) => {
    const name = v.getDotPath(issue) ?? "";
    return `${name} ${name in given ? issue.message : "is not set"}`;
  });
  problems.push(...contradictions(given, platform));
  if (!result.success || problems.length > 0) {
    throw new CollectorError("configuration_invalid", {
      detail: [...new Set(problems)].map((problem) => `${problem}.`).join(" "),
    });
  }
  return result.output;
}

/** Settings of which one is worth nothing without the other. */
const PAIRS = [
  ["XSIAM_URL", "XSIAM_API_KEY"],
  ["CLOUDFLARE_ACCESS_TEAM_DOMAIN", "CLOUDFLARE_ACCESS_AUDIENCE"],
] as const;

/** What is wrong with settings that are each right for themselves. */
function contradictions(given: Record<string, unknown>, platform: Platform): string[] {
  const problems: string[] = [];
  const on = (name: string) => String(given[name]).trim().toLowerCase() === "true";
  if (platform === "workers") {
    const wanted = ["TRUST_ANY_CERTIFICATE", "USE_SYSTEM_PROXY"].filter(on);
    if ("CA_CERTIFICATE_FILE" in given) wanted.push("CA_CERTIFICATE_FILE");
    for (const name of wanted) {
      problems.push(
        `${name} can't be used on Cloudflare Workers, which always verify certificates, trust public ` +
          "ones only, and have no proxies; run the collector under Deno for it",
      );
    }
  }
  for (const [one, other] of PAIRS) {
    if (one in given && !(other in given)) problems.push(`${other} is not set, but ${one} is`);
    if (other in given && !(one in given)) problems.push(`${one} is not set, but ${other} is`);
  }
  return problems;
}
