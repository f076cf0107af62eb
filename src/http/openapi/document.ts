/** The API description: OpenAPI 3.1, made from the schemas that validate. Pure; made once, when asked for. */
import { ANY_DESTINATION_IN_FULL } from "../../destinations/catalog.ts";
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { ErrorCode } from "../../errors.ts";
import { REASONS } from "../../problems.ts";
import { VERSION } from "../../version.ts";
import { type SchemaName, SCHEMAS } from "./answers.ts";
import type {
  ApiDocument,
  DocumentedAnswer,
  DocumentedOperation,
  Parameter,
  Schema,
} from "./openapi.ts";
import { type ArgumentsSchema, type Failure, type Operation, OPERATIONS } from "./operations.ts";

/** JSON Schema has no word for these; the descriptions tell them. */
const CONVERSION: ConversionConfig = {
  typeMode: "input",
  target: "draft-2020-12",
  ignoreActions: ["trim", "to_lower_case", "check"],
  overrideRef: ({ referenceId }) => reference(referenceId),
};

const PROBLEM_TYPE = "application/problem+json";

let made: ApiDocument | undefined;

export function apiDocument(): ApiDocument {
  return made ??= makeDocument();
}

function makeDocument(): ApiDocument {
  const schemas = toJsonSchemaDefs(SCHEMAS, CONVERSION) as Record<string, Schema>;
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const operation of OPERATIONS) {
    const methods = paths[operation.path] ??= {};
    methods[operation.method.toLowerCase()] = describe(operation, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "LivePerson audit collector",
      version: VERSION,
      description:
        `Collects LivePerson's audit events and pushes them to ${ANY_DESTINATION_IN_FULL}. All routes ` +
        "but `/healthz` need the API token. Errors are problem+json with a stable `code`: an " +
        "unknown path is answered with 404, a method that a path does not take with 405.",
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas,
      responses: {
        NotFound: describeProblem(404, ["not_found"]),
        MethodNotAllowed: describeProblem(405, ["method_not_allowed"]),
      },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The setting `API_TOKEN`." },
      },
    },
    "x-problems": REASONS,
  };
}

function describe(
  operation: Operation,
  schemas: Readonly<Record<string, Schema>>,
): DocumentedOperation {
  const { access, query, arguments: named, method } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: operation.words,
    security: access === "anybody" ? [{}, { token: [] }] : [{ token: [] }],
    parameters: named !== undefined
      ? parameters(schemas[named])
      : query !== undefined
      ? parameters(toSchema(query))
      : [],
    ...(named !== undefined && method === "POST" && {
      requestBody: {
        description:
          "The arguments, if they are not in the query. The Content-Type is not looked at.",
        content: { "application/json": { schema: { $ref: reference(named) } } },
      },
    }),
    responses: describeAnswers(operation),
    "x-codeSamples": operation.examples.map((source) => ({ lang: "Shell", source })),
  };
}

function toSchema(schema: ArgumentsSchema): Schema {
  return toJsonSchema(schema as never, CONVERSION) as Schema;
}

/** A query has texts only: of a value that JSON may write in several ways, the first is shown. */
function parameters({ properties = {}, required = [] }: Schema): Parameter[] {
  return Object.entries(properties).map(([name, { description, anyOf, ...schema }]) => ({
    ...{ name, in: "query", required: required.includes(name) },
    ...(description !== undefined && { description }),
    schema: { ...anyOf?.[0], ...schema },
  }));
}

function describeAnswers(operation: Operation): Record<string, DocumentedAnswer> {
  const responses: Record<string, DocumentedAnswer> = {};
  for (const { status, words, content } of operation.answers) {
    responses[status] = {
      description: words,
      content: Object.fromEntries(
        Object.entries(content).map(([type, names]) => [type, { schema: oneOf(names) }]),
      ),
    };
  }
  const failing = Map.groupBy(problemsOf(operation), ({ status }) => status);
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
  readonly schema: SchemaName;
}

function problemsOf({ problems, failures = [] }: Operation): PossibleProblem[] {
  const plain: Failure = { codes: problems, schema: "Problem" };
  return [plain, ...failures].flatMap(({ codes, schema, status }) =>
    codes.map((code) => ({ code, schema, status: status ?? REASONS[code].status }))
  );
}

const PROBLEM_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "`Bearer`" },
  405: { Allow: "The methods that the path takes." },
};

function describeProblem(
  status: number,
  codes: readonly ErrorCode[],
  schemas: readonly SchemaName[] = ["Problem"],
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

function oneOf(names: readonly SchemaName[]): Schema {
  const references = [...new Set(names)].map((name) => ({ $ref: reference(name) }));
  return references.length === 1 ? references[0] : { anyOf: references };
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}
