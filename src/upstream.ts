/**
 * Requests to other services: timeouts, retries and the run's budget. Does I/O through the `fetch` it
 * is given. Redirects are never followed. An answer is returned whatever its status; no answer is an error.
 */
import ky, { HTTPError } from "ky";
import { CollectorError, type UpstreamName } from "./errors.ts";

export interface UpstreamRequest {
  readonly name: UpstreamName;
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Statuses to try again. Default: 429 and all from 500 on. */
  readonly retry?: (status: number) => boolean;
}

export interface UpstreamReply {
  readonly status: number;
  readonly text: string;
}

export interface UpstreamOptions {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For one attempt, until its whole answer is read. */
  readonly timeoutMs: number;
  /** The n-th retry waits n times this long, unless the answer says how long (`Retry-After`). */
  readonly retryDelayMs: number;
  /** No retry begins after this instant. */
  readonly deadlineMs: number;
  /** Attempts that may be made altogether. */
  readonly maxRequests: number;
}

/** LivePerson's policy: three retries, after 5, 10 and 15 seconds. */
const RETRIES = 3;

export class Upstream {
  #requests = 0;
  #retries = 0;
  readonly #counts = new Map<UpstreamName, number>();

  constructor(readonly options: UpstreamOptions) {}

  /** Attempts made so far, and how many of them were retries. */
  get used(): { requests: number; retries: number; byName: Partial<Record<UpstreamName, number>> } {
    return {
      requests: this.#requests,
      retries: this.#retries,
      byName: Object.fromEntries(this.#counts),
    };
  }

  get requestsLeft(): number {
    return this.options.maxRequests - this.#requests;
  }

  /**
   * Sends a request, again if the policy and the budget allow it.
   * @throws {CollectorError} `upstream_timeout`, `upstream_unreachable`, `upstream_redirected` or
   * `request_budget_spent`
   */
  async send(request: UpstreamRequest): Promise<UpstreamReply> {
    const retriable = request.retry ?? ((status) => status === 429 || status >= 500);
    let reply: UpstreamReply | undefined;
    try {
      await ky(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        redirect: "manual",
        timeout: false,
        fetch: async (attempt) => {
          const { headers, ...answer } = await this.#attempt(request, attempt as Request);
          reply = answer;
          return new Response(null, { status: answer.status, headers });
        },
        retry: {
          limit: RETRIES,
          methods: ["get", "post"],
          statusCodes: RETRY_AFTER_STATUSES,
          afterStatusCodes: RETRY_AFTER_STATUSES,
          delay: (attempt) => attempt * this.options.retryDelayMs,
          shouldRetry: ({ error, retryCount }) => this.#mayRetry(error, retryCount, retriable),
        },
      });
    } catch (error) {
      if (!(error instanceof HTTPError)) throw error;
    }
    const { status } = reply!;
    if (status >= 300 && status < 400) {
      throw new CollectorError("upstream_redirected", {
        detail: `${describe(request)} answered ${status}, a redirect.`,
        upstream: { name: request.name, status },
      });
    }
    return reply!;
  }

  async #attempt(
    request: UpstreamRequest,
    attempt: Request,
  ): Promise<UpstreamReply & { headers: Headers }> {
    if (this.requestsLeft <= 0) {
      throw new CollectorError("request_budget_spent", {
        detail: `The run has made its ${this.options.maxRequests} requests.`,
      });
    }
    this.#requests++;
    this.#counts.set(request.name, (this.#counts.get(request.name) ?? 0) + 1);
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const response = await this.options.fetch(attempt, { signal });
      const { status, headers } = response;
      return { status, headers, text: await response.text() };
    } catch (cause) {
      const timedOut = signal.aborted;
      throw new CollectorError(timedOut ? "upstream_timeout" : "upstream_unreachable", {
        detail: timedOut
          ? `${describe(request)} did not answer within ${this.options.timeoutMs} ms.`
          : `${describe(request)} could not be reached, or broke off its answer.`,
        upstream: { name: request.name },
        cause,
      });
    }
  }

  #mayRetry(error: Error, retryCount: number, retriable: (status: number) => boolean): boolean {
    if (error instanceof CollectorError && error.code === "request_budget_spent") return false;
    if (error instanceof HTTPError && !retriable(error.response.status)) return false;
    const askedMs = error instanceof HTTPError
      ? retryAfterMs(error.response.headers, this.options.now())
      : null;
    const waitMs = askedMs ?? retryCount * this.options.retryDelayMs;
    const again = this.requestsLeft > 0 && this.options.now() + waitMs < this.options.deadlineMs;
    if (again) this.#retries++;
    return again;
  }
}

/** Statuses whose `Retry-After` is obeyed. */
const RETRY_AFTER_STATUSES = [429, 500, 501, 502, 503, 504];

function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const value = headers.get("Retry-After");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** A request as errors name it: no query, nothing secret. */
function describe({ name, method, url }: UpstreamRequest): string {
  const { host, pathname } = new URL(url);
  return `${NAMES[name]} (${method} ${host}${pathname})`;
}

const NAMES: Record<UpstreamName, string> = {
  domain: "LivePerson's Domain API",
  token: "LivePerson's authorization server",
  audit: "LivePerson's audit API",
  xsiam: "XSIAM",
};
