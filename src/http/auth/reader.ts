/** Who may read the API description: whoever sends a token, and whoever is signed in to the status page. */
import type { MiddlewareHandler } from "hono";
import { requireToken } from "./bearer.ts";
import type { Access } from "../routing/route.ts";
import type { TeamKeys } from "./cloudflare_access.ts";
import type { DoorEnv } from "./door.ts";
import { findViewer } from "./viewer.ts";

/** For whoever sends a token or is signed in. */
export const READER: Access = {
  guard: requireReader,
  isOpen: false,
  isRecorded: false,
  problems: [],
};

/** Without `API_TOKEN` nobody may. */
function requireReader(): MiddlewareHandler<DoorEnv> {
  const teamKeys: TeamKeys = new Map();
  return async (c, next) => {
    const viewer = c.req.header("Authorization") !== undefined
      ? null
      : await findViewer(c, teamKeys);
    return viewer === null ? await requireToken(c, next) : await next();
  };
}
