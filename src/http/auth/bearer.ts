/** Who may use the routes: whoever sends the API token. Without a configured token, nobody. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { problemOf, problemResponse } from "../routing/problems.ts";
import type { Access } from "../routing/route.ts";

export interface TokenVariables {
  API_TOKEN?: string;
}

export const requireToken: MiddlewareHandler<{ Bindings: TokenVariables }> = async (c, next) => {
  const token = c.env.API_TOKEN?.trim();
  if (!token) {
    return problemResponse(c, problemOf("api_token_missing", "API_TOKEN is not set."));
  }
  if (!isBearer(c.req.header("Authorization"), token)) {
    const problem = problemOf("unauthorized", "The Authorization header is missing or wrong.");
    return problemResponse(c, problem, { "WWW-Authenticate": "Bearer" });
  }
  await next();
};

/** For whoever sends the token. */
export const TOKEN: Access = { guard: () => requireToken, isOpen: false };

function isBearer(header: string | undefined, token: string): boolean {
  return isSame(/^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? "", token);
}

/** Compares digests, in constant time. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
