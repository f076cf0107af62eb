/**
 * What S3, and servers like it, answer when an object is put. Pure.
 * Source: AWS, "Error responses" and "Conditional writes".
 */
import { CollectorError, type ErrorCode } from "../../errors.ts";
import { failedForNow } from "../../upstream/retry.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";

export const ID = "s3";
export const LABEL = "S3 archive";

/** Errors with status 400 that are about the key or the region. */
const OF_CREDENTIALS = new Set([
  "AuthorizationHeaderMalformed",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
]);

/** What became of an object. */
export type Stored =
  /** It exists, from this request or an earlier one. */
  | "stored"
  /** Another request for the same key was in progress. */
  | "again"
  /** Something in between refuses such a large request. */
  | "too large";

/** @throws {CollectorError} for any other answer; an event is never to blame */
export function readAnswer(reply: UpstreamReply): Stored {
  const { status, headers, text } = reply;
  const code = errorCode(text);
  if (status === 200) {
    if (headers.has("ETag")) return "stored";
    throw new CollectorError("upstream_unreadable", {
      detail: `${LABEL} answered 200, but without an ETag, so nothing counts as delivered.`,
      upstream: { name: ID, status },
      unanswered: reply.unanswered,
    });
  }
  // older servers answer 304 where 412 is meant
  if (status === 304 || (status === 412 && code === "PreconditionFailed")) return "stored";
  if (status === 409) return "again";
  if (status === 413 || code === "EntityTooLarge") return "too large";
  throw failureOf(reply);
}

/** An unsuccessful answer as an error. */
export function failureOf(reply: UpstreamReply): CollectorError {
  const { status, text, unanswered } = reply;
  const code = errorCode(text);
  const named = code === undefined ? "" : ` (${code})`;
  return new CollectorError(meaningOf(status, code), {
    detail: `${LABEL} answered ${status}${named}.`,
    upstream: { name: ID, status },
    unanswered,
  });
}

/** A header that is not implemented now will not be later either. */
export function isWorthRetry(reply: UpstreamReply): boolean {
  return failedForNow(reply) && reply.status !== 501;
}

/** S3's name for an error: its answers are XML. */
export function errorCode(text: string): string | undefined {
  return /<Code>(\w{1,80})<\/Code>/.exec(text)?.[1];
}

function meaningOf(status: number, code: string | undefined): ErrorCode {
  switch (status) {
    case 400:
      return OF_CREDENTIALS.has(code ?? "") ? "destination_unauthorized" : "upstream_failed";
    case 401:
    case 403:
      return "destination_unauthorized";
    case 404:
      return "destination_not_found";
    case 429:
      return "upstream_rate_limited";
    case 503:
      return code === "SlowDown" ? "upstream_rate_limited" : "upstream_failed";
    default:
      return "upstream_failed";
  }
}
