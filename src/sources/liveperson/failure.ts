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
  { status }: UpstreamReply,
  refusal?: ErrorCode,
): CollectorError {
  const code = status === 429
    ? "upstream_rate_limited"
    : refusal ?? (status >= 500 ? "upstream_failed" : "upstream_unreadable");
  return new CollectorError(code, {
    detail: `${UPSTREAM_LABELS[name]} answered ${status}.`,
    upstream: { name, status },
  });
}

/** Did this service not answer at all? Then its host may be gone. */
export function isSilence(error: unknown, name: UpstreamName): boolean {
  return error instanceof CollectorError && error.details.upstream?.name === name &&
    (error.code === "upstream_unreachable" || error.code === "upstream_timeout");
}
