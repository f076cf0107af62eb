/**
 * Asks a deployed Worker, with its token. Redirects are never followed: their target would receive the
 * token.
 */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Problem } from "../../src/problems.ts";
import { exactly } from "../../src/format.ts";
import { printableLines } from "../../src/printable.ts";
import { httpOrigin } from "../../src/settings/hosts.ts";
import { scriptProblem, usageError } from "../cli/failure.ts";

interface WorkerClientOptions {
  readonly url: string;
  readonly token: string;
  /** Aborts the request under way. */
  readonly signal?: AbortSignal;
}

/** A run may take two minutes, and wait for another one. */
const TIMEOUT_MS = 300_000;

/**
 * Whose answers are passed on as they are, because they hold events. Texts of other answers are printed as
 * they come, and whatever is at the URL must not control the terminal.
 */
const EXACT: ReadonlySet<string> = new Set(["/get-events", "/dead-letters", "/state"]);

type Query = Readonly<Record<string, string | undefined>>;

export class WorkerClient {
  readonly origin: string;

  /** @throws {CollectorError} `arguments_invalid` */
  constructor(private readonly options: WorkerClientOptions) {
    try {
      this.origin = httpOrigin(options.url);
    } catch (error) {
      throw usageError(`--url ${(error as Error).message}.`);
    }
  }

  /**
   * The JSON of an answer.
   * @throws {AnsweredProblem} what the Worker answered, or why it could not be asked: `interrupted` if the
   * script was stopped. Its `body` is all
   * of a problem's JSON
   */
  async ask<T>(
    method: "GET" | "POST" | "DELETE",
    path: string,
    query: Query = {},
    sent?: object,
  ): Promise<T> {
    const response = await this.#send(method, path, query, sent);
    const body = await readJson(response, response.ok && EXACT.has(path));
    if (response.ok && body !== null) return body as T;
    if (isProblem(body)) {
      throw Object.assign(new AnsweredProblem(withOwnAction(body)), { body });
    }
    throw scriptProblem(
      "worker_unreadable",
      `${method} ${this.origin}${path} answered ${response.status}, but not like the collector.`,
    );
  }

  async #send(method: string, path: string, query: Query, sent?: object): Promise<Response> {
    const url = new URL(path, this.origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const { token, signal } = this.options;
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await fetch(url, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        ...(sent !== undefined && { body: JSON.stringify(sent) }),
        redirect: "manual",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (cause) {
      if (signal?.aborted) {
        throw scriptProblem("interrupted", `${this.origin} had not answered yet.`);
      }
      const why = timeout.aborted
        ? `did not answer within ${exactly(TIMEOUT_MS)}`
        : "could not be reached";
      throw Object.assign(
        scriptProblem(
          "worker_unreachable",
          `${this.origin} ${why}.`,
        ),
        { cause },
      );
    }
  }
}

async function readJson(response: Response, isExact: boolean): Promise<unknown> {
  const readable = (_: string, value: unknown) =>
    typeof value === "string" ? printableLines(value) : value;
  try {
    return JSON.parse(await response.text(), isExact ? undefined : readable);
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is Problem {
  const problem = body as Partial<Problem> | null;
  return typeof problem?.code === "string" && typeof problem.title === "string";
}

/** On a terminal, the advice about the token differs. */
function withOwnAction(problem: Problem): Problem {
  if (problem.code !== "unauthorized") return problem;
  const action =
    "Give the Worker's API_TOKEN in the environment, in .dev.vars, or in the file given with " +
    "--settings-file.";
  return { ...problem, detail: "The Worker refused the API token.", action };
}
