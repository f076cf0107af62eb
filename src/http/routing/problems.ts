/** Errors as HTTP answers: RFC 9457 `application/problem+json`, in one format for every route. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { LogLine } from "../../collector/platform.ts";
import type { Outcome } from "../../collector/service.ts";
import { CollectorError, type ErrorCode, whereThrown } from "../../errors.ts";
import { type Problem, toProblem } from "../../problems.ts";

/** A problem that a collector answered with, on its way to the client. */
export class AnsweredProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** The value of an outcome; throws its problem if there is none. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new AnsweredProblem(outcome.problem);
}

export function thrownProblem(error: unknown): Problem {
  return error instanceof AnsweredProblem ? error.problem : toProblem(error);
}

/** Logs an unexpected error: its answer says only that there was one. */
export function tellIfUnexpected(c: Context, error: unknown, log: (line: LogLine) => void): void {
  // the client left in the middle of its request: anybody can do that, as often as they like
  if (c.req.raw.signal.aborted && error === c.req.raw.signal.reason) return;
  const problem = thrownProblem(error);
  if (problem.code !== "internal" || error instanceof AnsweredProblem) return;
  const { method, path } = c.req;
  const thrownAt = whereThrown(error);
  log({ level: "error", event: "request_failed", method, path, problem, thrownAt });
}

/** When a client that was refused may try again. */
const RETRY_AFTER_SECONDS = "5";

export function problemResponse(
  c: Context,
  problem: Problem,
  headers: Record<string, string> = {},
): Response {
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    "Content-Type": "application/problem+json",
    ...(problem.status === 429 && { "Retry-After": RETRY_AFTER_SECONDS }),
    ...headers,
  });
}

/** The value of an `Allow` header. HEAD is left out: it goes with GET. */
export function allowed(methods: readonly string[]): string {
  return methods.filter((method) => method !== "HEAD").join(", ");
}

export function problemOf(code: ErrorCode, detail: string): Problem {
  return toProblem(new CollectorError(code, { detail }));
}
