/** The API description: OpenAPI 3.1, made from the routes and their schemas. Pure. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { ANY_DESTINATION_IN_FULL } from "../../destinations/catalog.ts";
import { REASONS } from "../../problems.ts";
import { VERSION } from "../../version.ts";
import type { ArgumentsReader } from "../routing/arguments.ts";
import type { Route } from "../routing/route.ts";
import { nameOf } from "../routing/schemas.ts";
import { describeAnswers, describeProblem, reference } from "./answers.ts";
import { namedSchemas } from "./named_schemas.ts";
import type { ApiDocument, DocumentedOperation, Parameter, Schema } from "./openapi.ts";

const CONVERSION: ConversionConfig = {
  typeMode: "input",
  target: "draft-2020-12",
  // JSON Schema has no keyword for these; the descriptions say it in words
  ignoreActions: ["trim", "to_lower_case", "check"],
  overrideRef: ({ referenceId }) => reference(referenceId),
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== "metadata") return null;
    // the name becomes the key among the components
    const { name: _, ...schema } = jsonSchema as typeof jsonSchema & { name?: string };
    return schema;
  },
};

const TOKEN_WORDS = "The setting `API_TOKEN`. For routes that change nothing and read no events, " +
  "`API_TOKEN_READ` works too.";

export function apiDocument(routes: readonly Route[]): ApiDocument {
  const schemas = toJsonSchemaDefs(
    namedSchemas(routes) as never,
    CONVERSION,
  ) as Record<string, Schema>;
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const route of routes) {
    const methods = paths[route.path] ??= {};
    methods[route.method.toLowerCase()] = describe(route, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "LivePerson audit collector",
      version: VERSION,
      description:
        `Collects LivePerson's audit events and pushes them to ${ANY_DESTINATION_IN_FULL}. All routes ` +
        "except `/healthz` need the API token. Errors are problem+json with a stable `code`. An " +
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
        token: { type: "http", scheme: "bearer", description: TOKEN_WORDS },
      },
    },
    "x-problems": REASONS,
  };
}

function describe(route: Route, schemas: Readonly<Record<string, Schema>>): DocumentedOperation {
  const { arguments: given, method } = route;
  return {
    operationId: route.id,
    summary: route.summary,
    description: route.words,
    security: route.access.isOpen ? [{}, { token: [] }] : [{ token: [] }],
    parameters: given === undefined ? [] : parameters(given, schemas),
    ...(given?.inBody && method === "POST" && {
      requestBody: {
        description: "The arguments, unless they are in the query. The Content-Type is ignored.",
        content: { "application/json": { schema: { $ref: reference(nameOf(given.schema)!) } } },
      },
    }),
    responses: describeAnswers(route),
    "x-codeSamples": route.examples.map((source) => ({ lang: "Shell", source })),
  };
}

/** A query holds only strings: where JSON allows several types, the first is shown. */
function parameters(
  { schema }: ArgumentsReader<unknown>,
  schemas: Readonly<Record<string, Schema>>,
): Parameter[] {
  const { properties = {}, required = [] } = schemas[nameOf(schema) ?? ""] ??
    toJsonSchema(schema as never, CONVERSION) as Schema;
  return Object.entries(properties).map(([name, { description, anyOf, ...schema }]) => ({
    ...{ name, in: "query", required: required.includes(name) },
    ...(description !== undefined && { description }),
    schema: { ...anyOf?.[0], ...schema },
  }));
}
