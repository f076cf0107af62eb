/** Who may read the API description: clients that send a token, and people signed in to the status page. */
import type { MiddlewareHandler } from "hono";
import { requireToken } from "./bearer.ts";
import type { Access } from "../routing/route.ts";
import type { TeamKeys } from "./cloudflare_access.ts";
import type { DoorEnv } from "./door.ts";
import { wantsPage } from "../routing/wants_page.ts";
import { findViewer } from "./viewer.ts";

/** For clients that send a token, and people who are signed in. */
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
    const hasToken = c.req.header("Authorization") !== undefined;
    const viewer = hasToken ? null : await findViewer(c, teamKeys);
    if (viewer !== null) {
      c.set("viewer", viewer);
      return await next();
    }
    if (!hasToken && wantsPage(c)) return c.redirect(signInHref(c.req.path), 303);
    return await requireToken(c, next);
  };
}

/** Where a browser signs in before it returns to the path. */
function signInHref(path: string): string {
  return `/sign-in?${new URLSearchParams({ to: path })}`;
}
