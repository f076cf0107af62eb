/**
 * `/openapi.json` and `/docs`: describe all routes, these two included. The description is made once: only
 * what surrounds it on the page depends on who looks.
 */
import { raw } from "hono/html";
import * as v from "valibot";
import { READER } from "../auth/reader.ts";
import { ApiDocs } from "../openapi/docs_page.tsx";
import { Layout } from "../dashboard/layout.tsx";
import { contentSecurityPolicy } from "../dashboard/styles.ts";
import { apiDocument } from "../openapi/document.ts";
import type { ApiDocument } from "../openapi/openapi.ts";
import { json, text } from "../routing/reply.ts";
import { defineRoute, inJson, type Route } from "../routing/route.ts";
import { namedOpen, Text } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { GUARDED } from "./problem_codes.ts";

const Description = namedOpen(
  "Description",
  v.looseObject({ openapi: v.string() }),
  "This document.",
);

/** `routes` returns all routes. It is called on the first request. */
export function descriptionRoutes(routes: () => readonly Route[]): readonly Route[] {
  const describeApi = once(() => apiDocument(routes()));
  const renderDocs = once(() => raw(`${<ApiDocs api={describeApi()} />}`));
  return [
    defineRoute({
      id: "getDescription",
      method: "GET",
      path: "/openapi.json",
      access: READER,
      summary: "This description, for programs",
      words: "OpenAPI 3.1, made from the same schemas that validate the arguments.",
      examples: [`${CURL} "$URL/openapi.json"`],
      answers: { 200: inJson("The description.", Description) },
      problems: GUARDED,
      handle: () => json(200, describeApi() as ApiDocument & Record<string, unknown>),
    }),
    defineRoute({
      id: "getDocs",
      method: "GET",
      path: "/docs",
      access: READER,
      summary: "This description, for people",
      words: "One page, which loads nothing from other hosts.",
      examples: [`${CURL} "$URL/docs" > docs.html`],
      answers: { 200: { words: "The page.", content: { "text/html": [Text] } } },
      problems: GUARDED,
      handle: ({ viewer }) => {
        const page = <Layout title="API" viewer={viewer} at="/docs">{renderDocs()}</Layout>;
        return text("text/html", `<!DOCTYPE html>${page}`, {
          "Content-Type": "text/html; charset=UTF-8",
          "Content-Security-Policy": contentSecurityPolicy(),
        });
      },
    }),
  ];
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
