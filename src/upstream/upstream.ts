/**
 * Requests to other services: timeouts, retries and the run's budget. Does I/O through the `fetch` that
 * it is given. Never follows redirects. Returns an answer of any other status; no answer is an error.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { CollectorError, UPSTREAM_LABELS, type UpstreamName } from "../errors.ts";
import { fetchAnswer } from "./answer.ts";
import { hasMoreParts } from "../json_parts.ts";
import { limitInWords, MAX_ANSWER_PARTS, maxAnswerBytes } from "./answer_limits.ts";
import { type RetryLimits, retryWaitMs } from "./retry.ts";

export interface UpstreamRequest {
  readonly name: UpstreamName;
  /** The service's name in errors, unless `UPSTREAM_LABELS` has one. */
  readonly label?: string;
  readonly url: string;
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  /** A function makes them again for each attempt. */
  readonly headers?: SentHeaders | (() => SentHeaders);
  /** The URL is secret except for its host: neither errors nor traces show the rest. */
  readonly isUrlSecret?: boolean;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Answers that are worth another attempt. Default: 429 and all statuses from 500 on. */
  readonly retry?: (reply: UpstreamReply) => boolean;
  /** What sends the request, if not `UpstreamOptions.fetch`: a binding, for example. */
  readonly fetch?: typeof fetch;
  /** Only one attempt, whatever its outcome. */
  readonly once?: boolean;
  /** The most that is read of the answer, if it is more than the service's answers usually have. */
  readonly maxAnswerBytes?: number;
}

type SentHeaders = Record<string, string>;

export interface UpstreamReply {
  readonly status: number;
  /** The body; only its beginning if the answer is not a success. */
  readonly text: string;
  readonly headers: Headers;
  /** How much was read of the body, after decompression. */
  readonly bytes: number;
  /** Earlier attempts that got no answer: the service may have acted on them. */
  readonly unanswered: number;
}

export interface UpstreamOptions extends Omit<RetryLimits, "requestsLeft"> {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For one attempt, until its whole answer is read. */
  readonly timeoutMs: number;
  /** How many attempts may be made in all. */
  readonly maxRequests: number;
  /** Waits this many milliseconds; if left out, the host's timers do. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Once aborted, nothing is retried. */
  readonly stop?: Pick<AbortSignal, "aborted">;
  /** Once aborted, current attempts end without an answer, and later ones at once. */
  readonly ending?: AbortSignal;
  /** Called for every attempt, if given. */
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
export type AnswerCounts = Readonly<Record<UpstreamName, Readonly<Record<string, number>>>>;

/** Sends requests, and counts their outcomes. */
export type Sender = Pick<Upstream, "send" | "used">;

export class Upstream {
  #requests = 0;
  #retries = 0;
  readonly #answers: Record<UpstreamName, Record<string, number>> = {};

  constructor(readonly options: UpstreamOptions) {}

  /** Attempts made so far, and how many of them were retries. */
  get used(): { retries: number; answers: AnswerCounts } {
    return { retries: this.#retries, answers: this.#answers };
  }

  get requestsLeft(): number {
    return this.options.maxRequests - this.#requests;
  }

  /** The same, for a caller that must leave this many requests to others. */
  leaving(requests: number): Sender {
    const used = () => this.used;
    return {
      send: (request) => this.send(request, requests),
      get used() {
        return used();
      },
    };
  }

  /**
   * Sends a request, and repeats it as the retry rule allows. `leaving`: how many requests are reserved for
   * others.
   * @throws {CollectorError} `upstream_timeout`, `upstream_unreachable`, `upstream_redirected`,
   * `upstream_too_large`, `request_budget_spent` or `run_interrupted`, with the attempts that had no answer
   */
  async send(request: UpstreamRequest, leaving = 0): Promise<UpstreamReply> {
    for (let attempt = 1, unanswered = 0;; attempt++) {
      if (this.requestsLeft <= leaving) throw this.#spent(unanswered);
      const outcome = await this.#attempt(request, unanswered);
      const reply = outcome instanceof CollectorError ? null : outcome;
      if (reply === null) unanswered++;
      const limits = { ...this.options, requestsLeft: this.requestsLeft - leaving };
      const isFinal = request.once || this.options.stop?.aborted || isTooLarge(outcome);
      const waitMs = isFinal
        ? null
        : retryWaitMs(reply, attempt, this.options.now(), limits, request.retry);
      if (waitMs === null) return final(request, outcome);
      this.#retries++;
      await this.#sleep(waitMs);
    }
  }

  /**
   * Waits as `send` does before its n-th retry, for what is sent again in another request. False, at
   * once, where there would be no such retry.
   */
  async waitToRetry(n: number): Promise<boolean> {
    const limits = { ...this.options, requestsLeft: this.requestsLeft };
    const waitMs = retryWaitMs(null, n, this.options.now(), limits);
    if (waitMs === null) return false;
    await this.#sleep(waitMs);
    return true;
  }

  async #sleep(ms: number): Promise<void> {
    const { sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = this.options;
    await sleep(ms);
  }

  #spent(unanswered: number): CollectorError {
    return new CollectorError("request_budget_spent", {
      detail: `The run has used its ${this.options.maxRequests} requests.`,
      unanswered,
    });
  }

  /** One attempt: its answer, or why there was none. `unanswered` counts earlier attempts. */
  async #attempt(
    request: UpstreamRequest,
    unanswered: number,
  ): Promise<UpstreamReply | CollectorError> {
    this.#requests++;
    const startedMs = this.options.now();
    const { url, method, body } = request;
    const sent = typeof request.headers === "function" ? request.headers() : request.headers;
    const { timeoutMs, ending } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const limits = {
      maxBytes: request.maxAnswerBytes ?? maxAnswerBytes(request.name),
      signal: ending === undefined ? timeout : AbortSignal.any([timeout, ending]),
    };
    try {
      const init: RequestInit = { method, headers: sent, body, redirect: "manual" };
      const fetch = request.fetch ?? this.options.fetch;
      const { isWhole, ...answer } = await fetchAnswer(fetch, url, init, limits);
      this.#note(request, sent, startedMs, answer);
      const isParsable = !hasMoreParts(answer.text, MAX_ANSWER_PARTS);
      if (isWhole && isParsable) return { ...answer, unanswered };
      // what a failure says at length doesn't matter
      if (!isSuccess(answer)) {
        return { ...answer, text: isParsable ? answer.text : "", unanswered };
      }
      const limit = isParsable ? limitInWords(limits.maxBytes) : `${MAX_ANSWER_PARTS} values`;
      return tooLarge(request, answer, limit, unanswered);
    } catch (cause) {
      this.#note(request, sent, startedMs, null);
      const [code, what] = timeout.aborted
        ? ["upstream_timeout", `did not answer within ${timeoutMs} ms`] as const
        : ending?.aborted
        ? ["run_interrupted", "had not answered when the collector was stopped"] as const
        : ["upstream_unreachable", UNREACHABLE] as const;
      return new CollectorError(code, {
        detail: `${describe(request)} ${what}.`,
        upstream: { name: request.name },
        unanswered: unanswered + 1,
        cause,
      });
    }
  }

  #note(
    request: UpstreamRequest,
    sent: SentHeaders | undefined,
    startedMs: number,
    reply: Pick<UpstreamReply, "status" | "text"> | null,
  ): void {
    const counts = this.#answers[request.name] ??= {};
    const status = reply === null ? "none" : String(reply.status);
    counts[status] = (counts[status] ?? 0) + 1;
    if (this.options.trace === undefined) return;
    const { host, path } = shownUrl(request);
    this.options.trace({
      upstream: request.name,
      method: request.method,
      host,
      path,
      status: reply?.status ?? null,
      milliseconds: this.options.now() - startedMs,
      sentBytes: request.body === undefined ? 0 : Buffer.byteLength(request.body),
      receivedCharacters: reply?.text.length ?? 0,
      headers: redacted(sent ?? {}),
    });
  }
}

const UNREACHABLE = "could not be reached, or broke off before its answer was complete";

function isSuccess({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300;
}

/** What such an answer means for the request is not known: the service may have acted on it. */
function tooLarge(
  request: UpstreamRequest,
  { status, text, bytes }: Pick<UpstreamReply, "status" | "text"> & { readonly bytes: number },
  limit: string,
  unanswered: number,
): CollectorError {
  // copied, because a part of a string keeps the whole string in memory
  const beginning = Buffer.from(text.slice(0, CUT_CHARACTERS)).toString();
  const sha256 = createHash("sha256").update(text).digest("hex");
  return new CollectorError("upstream_too_large", {
    detail: `${describe(request)} answered with more than ${limit}.`,
    upstream: { name: request.name, status },
    unanswered: unanswered + 1,
    cut: { readBytes: bytes, sha256, beginning },
  });
}

/** What an error keeps of an answer that is too large. */
const CUT_CHARACTERS = 2048;

/** A service whose answer is too large would answer the same again. */
function isTooLarge(outcome: UpstreamReply | CollectorError): boolean {
  return outcome instanceof CollectorError && outcome.code === "upstream_too_large";
}

/** A status that begins like a redirect's, but leads nowhere. */
const NOT_MODIFIED = 304;

/** The outcome of a request after its last attempt. A redirect is an error. */
function final(request: UpstreamRequest, outcome: UpstreamReply | CollectorError): UpstreamReply {
  if (outcome instanceof CollectorError) throw outcome;
  const { status, unanswered } = outcome;
  if (status < 300 || status >= 400 || status === NOT_MODIFIED) return outcome;
  throw new CollectorError("upstream_redirected", {
    detail: `${describe(request)} answered ${status}, a redirect.`,
    upstream: { name: request.name, status },
    unanswered,
  });
}

/** Headers that may be logged unchanged. */
const HARMLESS = new Set(["accept", "content-type", "content-encoding"]);

function redacted(headers: SentHeaders): SentHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      HARMLESS.has(name.toLowerCase()) ? value : "…",
    ]),
  );
}

/** A request as errors name it: no query, nothing secret. */
function describe(request: UpstreamRequest): string {
  const { name, label, method } = request;
  const { host, path } = shownUrl(request);
  return `${label ?? UPSTREAM_LABELS[name]} (${method} ${host}${path})`;
}

/** The part of a URL that may be shown. */
function shownUrl({ url, isUrlSecret }: UpstreamRequest): { host: string; path: string } {
  const { host, pathname } = new URL(url);
  return { host, path: isUrlSecret ? "/…" : pathname };
}
