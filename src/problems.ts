/** What each error means to a caller: HTTP status, title, and what to do about it. Pure. */
import { adviceOf, DESTINATION_ADVICE } from "./destinations/advice.ts";
import { printable } from "./printable.ts";
import { CollectorError, type ErrorCode, type UpstreamName } from "./errors.ts";

interface Reason {
  readonly status: number;
  readonly title: string;
  readonly action: string;
}

/** Every reason for failure: the HTTP status of its problem, its title, and what to do. */
export const REASONS: Readonly<Record<ErrorCode, Reason>> = {
  configuration_invalid: {
    status: 503,
    title: "The settings are not valid",
    action: "Correct the settings that are named, then deploy or restart.",
  },
  destination_not_configured: { status: 503, ...DESTINATION_ADVICE.destination_not_configured },
  discovery_failed: {
    status: 502,
    title: "The account's host could not be discovered",
    action: "Check LIVEPERSON_ACCOUNT_ID and LIVEPERSON_DOMAIN_API_URL.",
  },
  discovered_host_refused: {
    status: 502,
    title: "The discovered host does not belong to the service",
    action: "Check LIVEPERSON_DOMAIN_API_URL. No credentials were sent to that host.",
  },
  credentials_refused: {
    status: 502,
    title: "LivePerson refused the client id and secret",
    action:
      "Check LIVEPERSON_CLIENT_ID, LIVEPERSON_CLIENT_SECRET and LIVEPERSON_AUTH_SERVER_URL: " +
      "it must be the server of the account's region.",
  },
  token_refused: {
    status: 502,
    title: "The audit API refused a new access token",
    action: "Check that the API key belongs to this account and may read the audit trail.",
  },
  audit_forbidden: {
    status: 502,
    title: "The account may not read the audit trail",
    action: "Ask LivePerson to enable the Audit Trail API for this API key.",
  },
  audit_refused: {
    status: 502,
    title: "The audit API refused the request",
    action:
      "Set LIVEPERSON_AUDIT_API to graphql or rest if you know which wire format the account uses.",
  },
  destination_unauthorized: { status: 502, ...DESTINATION_ADVICE.destination_unauthorized },
  destination_not_found: { status: 502, ...DESTINATION_ADVICE.destination_not_found },
  destination_misconfigured: { status: 502, ...DESTINATION_ADVICE.destination_misconfigured },
  destination_refuses_everything: {
    status: 502,
    ...DESTINATION_ADVICE.destination_refuses_everything,
  },
  destination_refuses_events: { status: 502, ...DESTINATION_ADVICE.destination_refuses_events },
  dead_letters_full: {
    status: 503,
    title: "There is no room for more dead letters",
    action:
      "See the reasons in GET /dead-letters, correct what they name, and push the events again: " +
      "POST /dead-letters/redeliver. To keep more, raise MAX_DEAD_LETTERS. Runs then " +
      "continue where they stopped.",
  },
  get_events_running: {
    status: 429,
    title: "Events of this account are already being read",
    action: "Try again once that request has been answered.",
  },
  accounts_failed: {
    status: 502,
    title: "Some of the accounts or destinations failed",
    action: "Look at the problem of each one that failed.",
  },
  upstream_rate_limited: {
    status: 503,
    title: "The service asks for fewer requests",
    action: "Nothing: the next run continues. If it persists, run the cron trigger less often.",
  },
  upstream_failed: {
    status: 502,
    title: "The service failed",
    action: "Nothing: the next run tries again. If it persists, check the service's status page.",
  },
  upstream_unreachable: {
    status: 502,
    title: "The service could not be reached",
    action: "Check the host name in the settings. The next run tries again.",
  },
  upstream_timeout: {
    status: 504,
    title: "The service did not answer in time",
    action: "Nothing: the next run tries again.",
  },
  upstream_redirected: {
    status: 502,
    title: "The service answered with a redirect, which is never followed",
    action: "Check the URL in the settings.",
  },
  upstream_too_large: {
    status: 502,
    title: "The service's answer is larger than it should ever be",
    action:
      "Check that the URL in the settings is the service's, and that nothing else answers in its place.",
  },
  upstream_unreadable: {
    status: 502,
    title: "The service's answer could not be understood",
    action: "Check that nothing else answers in the service's place, such as a login page.",
  },
  request_budget_spent: {
    status: 503,
    title: "The run has used up its requests",
    action: "Nothing: the next run continues.",
  },
  run_interrupted: {
    status: 503,
    title: "The run was stopped",
    action: "Nothing: the next run continues, and sends again what had no answer.",
  },
  lease_lost: {
    status: 503,
    title: "Another process has taken over the run",
    action:
      "Nothing: that process continues. If it persists, check whether the machine is overloaded.",
  },
  stopping: {
    status: 503,
    title: "The collector is stopping",
    action: "Try again once it has started.",
  },
  cursor_unreadable: {
    status: 500,
    title: "The stored cursor can't be read",
    action: "Restore it from a backup, or start over: DELETE /cursor?confirm=<account>, " +
      "and &destination=<id> if there are several.",
  },
  cursor_newer: {
    status: 500,
    title: "The stored cursor was written by a newer version",
    action: "Deploy that version again, or start over: DELETE /cursor?confirm=<account>, " +
      "and &destination=<id> if there are several.",
  },
  cursor_exists: {
    status: 409,
    title: "There is a cursor already",
    action:
      "If you don't need what was collected here, DELETE /cursor?confirm=<account>, then import.",
  },
  state_not_genuine: {
    status: 409,
    title: "This is not what a collector exported",
    action: "Export again, and import all of it, unchanged. Both sides need the same account, " +
      "destination and LIVEPERSON_CLIENT_SECRET.",
  },
  collection_enabled: {
    status: 409,
    title: "Collecting is not paused",
    action: "Set FETCH_EVENTS to false, deploy or restart, and try again.",
  },
  arguments_invalid: {
    status: 400,
    title: "The arguments are not valid",
    action: "Correct the arguments that are named.",
  },
  backfill_running: {
    status: 409,
    title: "Another backfill is running",
    action: "Wait until it is complete, or cancel it: DELETE /backfill.",
  },
  unauthorized: {
    status: 401,
    title: "The request has no valid token",
    action: "Send the header Authorization: Bearer <API_TOKEN>.",
  },
  not_found: {
    status: 404,
    title: "There is no such route",
    action: "The README and /docs list the routes.",
  },
  method_not_allowed: {
    status: 405,
    title: "The route does not take this method",
    action: "Use one of the methods in the Allow header.",
  },
  body_too_large: {
    status: 413,
    title: "The request's body is too large",
    action: "Send at most 64 KiB.",
  },
  api_token_missing: {
    status: 503,
    title: "The routes are closed until API_TOKEN is set",
    action: "Set API_TOKEN to at least 32 random characters, then deploy or restart.",
  },
  api_token_invalid: {
    status: 503,
    title: "The routes are closed until the tokens in the settings are valid",
    action: "Set a random token of at least 32 characters, such as from: openssl rand -base64 32.",
  },
  not_permitted: {
    status: 403,
    title: "You have read-only access",
    action: "Use API_TOKEN, or ask somebody who is allowed to do this.",
  },
  too_many_tries: {
    status: 429,
    title: "There were too many requests without a valid token",
    action: "Wait for the number of seconds in Retry-After, then send the right token.",
  },
  internal: {
    status: 500,
    title: "Something unexpected went wrong",
    action: "Report it, with the log line of this run.",
  },
};

/** An RFC 9457 problem: what an error looks like to a caller, in a log line and in `/status`. */
export interface Problem {
  /** Where the code is explained. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly action?: string;
  readonly upstream?: { readonly name: UpstreamName; readonly status?: number };
  /** The account that it is about. */
  readonly account?: string;
  /** The destination of its pipeline, by the id of its kind. */
  readonly destination?: string;
  /** Connects the answer with the log lines of the run or command. */
  readonly runId?: string;
}

/**
 * Where the collector's own `/docs` explains the code. Relative with a full path, as RFC 9457 (3.1.1)
 * recommends: it is the same wherever the problem is read, and leads to the version that answered.
 */
function problemType(code: ErrorCode): string {
  return `/docs#code-${code}`;
}

/**
 * An error as a problem. For an unexpected error only the class is given, because its text may contain
 * anything.
 */
export function toProblem(error: unknown): Problem {
  const known = error instanceof CollectorError ? error : new CollectorError("internal", {
    detail: `An unexpected ${error instanceof Error ? error.name : typeof error} was thrown.`,
  });
  const { code, details: { detail, upstream } } = known;
  const { status, title, action } = { ...REASONS[code], ...adviceOf(code, upstream?.name) };
  const type = problemType(code);
  return { type, title, status, code, detail: printable(detail), action, upstream };
}
