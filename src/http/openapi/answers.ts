/** Describes the answers of a route: its successes and, by status, its problems. Pure. */
import type * as v from "valibot";
import type { ErrorCode } from "../../errors.ts";
import { REASONS } from "../../problems.ts";
import { PROBLEM_TYPE } from "../routing/reply.ts";
import type { Failure, Route } from "../routing/route.ts";
import { nameOf, Problem } from "../routing/schemas.ts";
import type { DocumentedAnswer, Schema } from "./openapi.ts";

export function describeAnswers(route: Route): Record<string, DocumentedAnswer> {
  const responses: Record<string, DocumentedAnswer> = {};
  for (const [status, { words, content }] of Object.entries(route.answers)) {
    responses[status] = {
      description: words,
      content: Object.fromEntries(
        Object.entries(content).map(([type, schemas]) => [type, { schema: oneOf(schemas) }]),
      ),
    };
  }
  const failing = Map.groupBy(problemsOf(route), ({ status }) => status);
  for (const [status, problems] of failing) {
    const told = describeProblem(
      status,
      problems.map(({ code }) => code),
      problems.map(({ schema }) => schema),
    );
    const before = responses[status];
    responses[status] = before === undefined ? told : {
      description: `${before.description} Or a problem: ${told.description}`,
      content: { ...before.content, ...told.content },
    };
  }
  return responses;
}

interface PossibleProblem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly schema: v.GenericSchema;
}

function problemsOf({ problems, failures, access }: Route): PossibleProblem[] {
  const plain: Failure = { codes: [...problems, ...access.problems], schema: Problem };
  return [plain, ...failures].flatMap(({ codes, schema, status }) =>
    codes.map((code) => ({ code, schema, status: status ?? REASONS[code].status }))
  );
}

const PROBLEM_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "`Bearer`" },
  405: { Allow: "The methods that the path accepts." },
  429: { "Retry-After": "How many seconds to wait." },
};

export function describeProblem(
  status: number,
  codes: readonly ErrorCode[],
  schemas: readonly v.GenericSchema[] = [Problem],
): DocumentedAnswer {
  const distinct = [...new Set(codes)].sort();
  const headers = Object.entries(PROBLEM_HEADERS[status] ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return {
    description: distinct.map((code) => `\`${code}\``).join(", "),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    content: {
      [PROBLEM_TYPE]: {
        schema: { ...oneOf(schemas), properties: { code: { enum: distinct } } },
      },
    },
  };
}

/** Every schema of an answer has a name: a test finds dangling references. */
function oneOf(schemas: readonly v.GenericSchema[]): Schema {
  const references = [...new Set(schemas)].map((schema) => ({ $ref: reference(nameOf(schema)!) }));
  return references.length === 1 ? references[0] : { anyOf: references };
}

export function reference(name: string): string {
  return `#/components/schemas/${name}`;
}
