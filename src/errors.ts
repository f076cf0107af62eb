/** The ways in which collecting can fail. What each means to a caller is in `problems.ts`. Pure. */

/** An external service that the collector talks to: one of LivePerson's, or a destination's id. */
export type UpstreamName = string;

/** The names of LivePerson's services in errors. */
export const UPSTREAM_LABELS: Readonly<Record<UpstreamName, string>> = {
  domain: "LivePerson's Domain API",
  token: "LivePerson's authorization server",
  audit: "LivePerson's audit API",
};

export type ErrorCode =
  | "configuration_invalid"
  | "destination_not_configured"
  | "discovery_failed"
  | "discovered_host_refused"
  | "credentials_refused"
  | "token_refused"
  | "audit_forbidden"
  | "audit_refused"
  | "destination_unauthorized"
  | "destination_not_found"
  | "destination_misconfigured"
  | "destination_refuses_everything"
  | "destination_refuses_events"
  | "dead_letters_full"
  | "get_events_running"
  | "accounts_failed"
  | "upstream_rate_limited"
  | "upstream_failed"
  | "upstream_unreachable"
  | "upstream_timeout"
  | "upstream_redirected"
  | "upstream_too_large"
  | "upstream_unreadable"
  | "request_budget_spent"
  | "run_interrupted"
  | "lease_lost"
  | "stopping"
  | "cursor_unreadable"
  | "cursor_newer"
  | "cursor_exists"
  | "state_not_genuine"
  | "collection_enabled"
  | "arguments_invalid"
  | "backfill_running"
  | "unauthorized"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "api_token_missing"
  | "api_token_invalid"
  | "not_permitted"
  | "too_many_tries"
  | "internal";

/** An answer that was not read any further. */
export interface CutAnswer {
  readonly readBytes: number;
  /** SHA-256 of what was read, in hexadecimal. */
  readonly sha256: string;
  /** The first characters: they may be content, and are never logged. */
  readonly beginning: string;
}

interface ErrorDetails {
  /** What was attempted and what was found; never a secret, a body or a query. */
  readonly detail: string;
  readonly upstream?: { readonly name: UpstreamName; readonly status?: number };
  /** Attempts that got no answer: the service may have acted on them. */
  readonly unanswered?: number;
  /** What was read of an answer that is too large. */
  readonly cut?: CutAnswer;
  readonly cause?: unknown;
}

export class CollectorError extends Error {
  override readonly name = "CollectorError";

  constructor(readonly code: ErrorCode, readonly details: ErrorDetails) {
    super(details.detail, { cause: details.cause });
  }
}

/** The same error, with another count of attempts that got no answer. */
export function withUnanswered(error: CollectorError, unanswered: number): CollectorError {
  return new CollectorError(error.code, { ...error.details, unanswered });
}

/** Where an unexpected error was thrown: its stack without its message, which may contain anything. */
export function whereThrown(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.stack?.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
}
