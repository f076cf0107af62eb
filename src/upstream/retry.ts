/** The retry rule for requests to other services. Pure: the clock is an argument. */

/** LivePerson's policy: three retries, after 5, 10 and 15 seconds. */
const RETRIES = 3;

/** The parts of an answer that the rule reads. */
interface Answered {
  readonly status: number;
  readonly headers: Headers;
}

export interface RetryLimits {
  /** The n-th retry waits n times this long, unless the answer has a `Retry-After`. */
  readonly retryDelayMs: number;
  /** No retry begins after this instant, epoch milliseconds. */
  readonly deadlineMs: number;
  readonly requestsLeft: number;
}

/**
 * How long to wait before the next attempt, in milliseconds; null to give up.
 * @param reply the answer to the attempt; null when there was none
 * @param attempt the number of the attempt, from 1
 * @param isWorthRetry whether another attempt may get a different answer; no answer is always retried
 */
export function retryWaitMs<Reply extends Answered>(
  reply: Reply | null,
  attempt: number,
  nowMs: number,
  limits: RetryLimits,
  isWorthRetry: (reply: Reply) => boolean = failedForNow,
): number | null {
  if (attempt > RETRIES || limits.requestsLeft <= 0) return null;
  if (reply !== null && !isWorthRetry(reply)) return null;
  const askedMs = reply === null ? null : retryAfterMs(reply.headers, nowMs);
  const waitMs = askedMs ?? attempt * limits.retryDelayMs;
  return nowMs + waitMs < limits.deadlineMs ? waitMs : null;
}

/** Temporary failures: 429, and all statuses from 500 on. */
export function failedForNow({ status }: { readonly status: number }): boolean {
  return status === 429 || status >= 500;
}

/** `Retry-After` in milliseconds from now; null when it is missing or can't be read. */
function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const value = headers.get("Retry-After");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
