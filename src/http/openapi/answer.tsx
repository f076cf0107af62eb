/** @jsxImportSource hono/jsx */
/** @jsxRuntime automatic */
/** Answers `/openapi.json` and `/docs`. Both are the same for everybody, so they are made once. */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import { DocsPage } from "./docs_page.tsx";
import { DOCS_STYLE } from "./docs_style.ts";
import { apiDocument } from "./document.ts";

export function answerDescription(c: Context): Response {
  return c.json(apiDocument());
}

let docs: { readonly page: string; readonly policy: string } | undefined;

export function answerDocs(c: Context): Response {
  docs ??= {
    page: `<!DOCTYPE html>${<DocsPage api={apiDocument()} />}`,
    policy: contentSecurityPolicy(),
  };
  return c.html(docs.page, 200, { "Content-Security-Policy": docs.policy });
}

/** No script, no frame, no form, nothing from anywhere; of styles only the page's own. */
function contentSecurityPolicy(): string {
  const styleHash = createHash("sha256").update(DOCS_STYLE).digest("base64");
  return `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
