/** What a handler returns, before it becomes a response. Pure. */

/** `type`: the media type without parameters; a header `Content-Type` may add them. */
export interface Reply<S extends number = number, T extends string = string, B = unknown> {
  readonly status: S;
  readonly type: T;
  /** A text, or a value to be written as JSON. */
  readonly body: B;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PROBLEM_TYPE = "application/problem+json";
export type ProblemType = typeof PROBLEM_TYPE;

export function json<S extends number, const B extends object>(
  status: S,
  body: B,
): Reply<S, "application/json", B> {
  return { status, type: "application/json", body };
}

export function text<T extends string>(
  type: T,
  body: string,
  headers?: Readonly<Record<string, string>>,
): Reply<200, T, string> {
  return { status: 200, type, body, headers };
}

/** A problem, with any further fields of the route's answer. */
export function refuse<const P extends { readonly status: number }>(
  problem: P,
  headers?: Readonly<Record<string, string>>,
): Reply<number, ProblemType, P> {
  return { status: problem.status, type: PROBLEM_TYPE, body: problem, headers };
}
