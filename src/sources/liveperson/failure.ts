/** What an unsuccessful answer means. Pure. */
import {
  CollectorError,
  type ErrorCode,
  UPSTREAM_LABELS,
  type UpstreamName,
} from "../../errors.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";

/** The error that an unsuccessful answer means; for a 4xx, `refusal` if it is given. */
export function failure(
  name: UpstreamName,
  { status, unanswered }: UpstreamReply,
  refusal?: ErrorCode,
): CollectorError {
  const code = status === 429
    ? "upstream_rate_limited"
    : refusal ?? (status >= 500 ? "upstream_failed" : "upstream_unreadable");
  return new CollectorError(code, {
    detail: `${UPSTREAM_LABELS[name]} answered ${status}.`,
    upstream: { name, status },
    unanswered,
  });
}

/**
 * True if a smaller page may succeed: the service failed at this one (5xx, or a GraphQL error), took too
 * long, or answered more than is read, but the account can be read.
 */
export function isPageFailure(error: unknown): boolean {
  return error instanceof CollectorError && error.details.upstream?.name === "audit" &&
    PAGE_FAILURES.has(error.code);
}

const PAGE_FAILURES = new Set<ErrorCode>([
  "upstream_failed",
  "upstream_timeout",
  "upstream_too_large",
]);

/** True if the service didn't answer, or only redirected: its host may be the wrong one. */
export function isSilence(error: unknown, name: UpstreamName): error is CollectorError {
  return error instanceof CollectorError && error.details.upstream?.name === name &&
    SILENT.has(error.code);
}

const SILENT = new Set<ErrorCode>([
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_redirected",
]);

/**
 * True if a remedy's failure says more than the failure that it was meant to remedy: something must be
 * corrected, no requests are left, or the run was stopped. Other failures are temporary.
 */
export function isDecisive(error: unknown): boolean {
  return error instanceof CollectorError && DECISIVE.has(error.code);
}

const DECISIVE = new Set<ErrorCode>([
  "credentials_refused",
  "discovery_failed",
  "discovered_host_refused",
  "request_budget_spent",
  "run_interrupted",
]);
