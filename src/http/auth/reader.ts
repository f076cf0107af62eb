/** Who may read the API description: whoever sends the API token, and whoever is signed in to the status page. */
import type { MiddlewareHandler } from "hono";
import { requireToken, type TokenVariables } from "./bearer.ts";
import type { Access } from "../routing/route.ts";
import type { TeamKeys } from "./cloudflare_access.ts";
import { findViewer } from "./viewer.ts";

/** For whoever sends the token or is signed in. */
export const READER: Access = { guard: requireReader, isOpen: false };

/** `now`: epoch milliseconds. Without `API_TOKEN` nobody may. */
function requireReader(now: () => number): MiddlewareHandler<{ Bindings: TokenVariables }> {
  const teamKeys: TeamKeys = new Map();
  return async (c, next) => {
    const token = c.env.API_TOKEN?.trim() ?? "";
    const viewer = token === "" || c.req.header("Authorization") !== undefined
      ? null
      : await findViewer(c, token, teamKeys, now());
    return viewer === null ? await requireToken(c, next) : await next();
  };
}
