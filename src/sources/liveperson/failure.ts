/** What an answer other than success means. Pure. */
import {
  CollectorError,
  type ErrorCode,
  UPSTREAM_LABELS,
  type UpstreamName,
} from "../../errors.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";

/** The error of an answer that is no success: `refusal` where the service's own 4xx has a meaning. */
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
 * Can this page of the audit trail not be had, while the account can be read? Then a smaller one may
 * be: the service failed at it (5xx, or a GraphQL error) or took too long.
 */
export function isPageFailure(error: unknown): boolean {
  return error instanceof CollectorError && error.details.upstream?.name === "audit" &&
    (error.code === "upstream_failed" || error.code === "upstream_timeout");
}

/** Did this service not answer at all, or only point elsewhere? Then its host may be the wrong one. */
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
 * Does the failure of a way out say more than the failure that it was tried for? It does if something
 * must be set right, or if no requests are left; others pass by themselves.
 */
export function isDecisive(error: unknown): boolean {
  return error instanceof CollectorError && DECISIVE.has(error.code);
}

const DECISIVE = new Set<ErrorCode>([
  "credentials_refused",
  "discovery_failed",
  "discovered_host_refused",
  "request_budget_spent",
]);
