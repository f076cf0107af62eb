/** Problems that several routes share. No code. */
import type { ErrorCode } from "../../errors.ts";

export const GUARDED: readonly ErrorCode[] = [
  "unauthorized",
  "too_many_tries",
  "api_token_missing",
  "api_token_invalid",
];

/** What may go wrong before an account is reached. */
export const ASKED: readonly ErrorCode[] = [
  ...GUARDED,
  "arguments_invalid",
  "configuration_invalid",
  "internal",
];

export const CHANGING: readonly ErrorCode[] = [...ASKED, "body_too_large"];

/**
 * For work that is done one at a time. Under Deno, another process may hold the lease, or this one may be
 * stopping.
 */
export const OF_RUNS: readonly ErrorCode[] = [...CHANGING, "lease_lost", "stopping"];

const SERVICE: readonly ErrorCode[] = [
  "upstream_rate_limited",
  "upstream_failed",
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_redirected",
  "upstream_too_large",
  "upstream_unreadable",
  "request_budget_spent",
  "run_interrupted",
];

export const READING: readonly ErrorCode[] = [
  "discovery_failed",
  "discovered_host_refused",
  "credentials_refused",
  "token_refused",
  "audit_forbidden",
  "audit_refused",
  ...SERVICE,
];

/** What a setting of the destination may lead to. */
export const DESTINATION: readonly ErrorCode[] = [
  "destination_unauthorized",
  "destination_not_found",
  "destination_misconfigured",
];

export const PUSHING: readonly ErrorCode[] = [
  "destination_not_configured",
  ...DESTINATION,
  ...SERVICE,
];
