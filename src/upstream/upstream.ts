/**
 * Requests to other services: timeouts, retries and the run's budget. Does I/O through the `fetch` it
 * is given. Redirects are never followed. An answer is returned whatever its status; no answer is an error.
 */
import { Buffer } from "node:buffer";
import ky, { HTTPError } from "ky";
import { CollectorError, UPSTREAM_LABELS, type UpstreamName } from "../errors.ts";

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
  readonly headers: Headers;
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
  /** Told of every attempt, if given. */
  readonly trace?: (attempt: TracedAttempt) => void;
}

/** One attempt at a request: never its body, nor a header that holds a secret. */
export interface TracedAttempt {
  readonly upstream: UpstreamName;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly milliseconds: number;
  readonly sentBytes: number;
  /** Length of the answer's text. */
  readonly receivedCharacters: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** How many attempts were made, by service and status; `none` when there was no answer. */
export type Answers = Readonly<Partial<Record<UpstreamName, Readonly<Record<string, number>>>>>;

/** LivePerson's policy: three retries, after 5, 10 and 15 seconds. */
const RETRIES = 3;

export class Upstream {
  #requests = 0;
  #retries = 0;
  readonly #answers: Partial<Record<UpstreamName, Record<string, number>>> = {};

  constructor(readonly options: UpstreamOptions) {}

  /** Attempts made so far, and how many of them were retries. */
  get used(): { retries: number; answers: Answers } {
    return { retries: this.#retries, answers: this.#answers };
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
    let waitMs = 0;
    try {
      await ky(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        redirect: "manual",
        timeout: false,
        fetch: async (attempt) => {
          reply = await this.#attempt(request, attempt as Request);
          return new Response(null, { status: reply.status, headers: reply.headers });
        },
        retry: {
          limit: RETRIES,
          methods: ["get", "post"],
          delay: () => waitMs,
          shouldRetry: ({ error, retryCount }) => {
            waitMs = this.#waitMs(error, retryCount);
            return this.#mayRetry(error, waitMs, retriable);
          },
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
  ): Promise<UpstreamReply> {
    if (this.requestsLeft <= 0) {
      throw new CollectorError("request_budget_spent", {
        detail: `The run has made its ${this.options.maxRequests} requests.`,
      });
    }
    this.#requests++;
    const startedMs = this.options.now();
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const response = await this.options.fetch(attempt, { signal });
      const { status, headers } = response;
      const text = await response.text();
      this.#note(request, startedMs, { status, text });
      return { status, headers, text };
    } catch (cause) {
      const timedOut = signal.aborted;
      this.#note(request, startedMs, null);
      throw new CollectorError(timedOut ? "upstream_timeout" : "upstream_unreachable", {
        detail: timedOut
          ? `${describe(request)} did not answer within ${this.options.timeoutMs} ms.`
          : `${describe(request)} could not be reached, or broke off its answer.`,
        upstream: { name: request.name },
        cause,
      });
    }
  }

  #note(
    request: UpstreamRequest,
    startedMs: number,
    reply: Omit<UpstreamReply, "headers"> | null,
  ): void {
    const counts = this.#answers[request.name] ??= {};
    const status = reply === null ? "none" : String(reply.status);
    counts[status] = (counts[status] ?? 0) + 1;
    if (this.options.trace === undefined) return;
    const { host, pathname } = new URL(request.url);
    this.options.trace({
      upstream: request.name,
      method: request.method,
      host,
      path: pathname,
      status: reply?.status ?? null,
      milliseconds: this.options.now() - startedMs,
      sentBytes: request.body === undefined ? 0 : Buffer.byteLength(request.body),
      receivedCharacters: reply?.text.length ?? 0,
      headers: redacted(request.headers ?? {}),
    });
  }

  /** How long to wait before a retry: as the answer asks, or as the policy says. */
  #waitMs(error: Error, retryCount: number): number {
    const asked = error instanceof HTTPError
      ? retryAfterMs(error.response.headers, this.options.now())
      : null;
    return asked ?? retryCount * this.options.retryDelayMs;
  }

  #mayRetry(error: Error, waitMs: number, retriable: (status: number) => boolean): boolean {
    if (error instanceof CollectorError && error.code === "request_budget_spent") return false;
    if (error instanceof HTTPError && !retriable(error.response.status)) return false;
    const again = this.requestsLeft > 0 && this.options.now() + waitMs < this.options.deadlineMs;
    if (again) this.#retries++;
    return again;
  }
}

function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const value = headers.get("Retry-After");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Headers that may be shown as they are. */
const HARMLESS = new Set(["accept", "content-type", "content-encoding"]);

function redacted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      HARMLESS.has(name.toLowerCase()) ? value : "…",
    ]),
  );
}

/** A request as errors name it: no query, nothing secret. */
function describe({ name, method, url }: UpstreamRequest): string {
  const { host, pathname } = new URL(url);
  return `${UPSTREAM_LABELS[name]} (${method} ${host}${pathname})`;
}
