/**
 * The status page: its routes. It is rendered on the server and works without JavaScript. A session or
 * Cloudflare Access lets a browser in; the JSON routes always ask for the bearer token.
 */
import { Hono, type MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Collectors } from "../../collector/fleet.ts";
import type { LogLine } from "../../collector/platform.ts";
import type { TeamKeys } from "../auth/cloudflare_access.ts";
import { allowed, problemOf, tellIfUnexpected, thrownProblem } from "../routing/problems.ts";
import { SIGNING_IN, SUBMITTED, VIEWED } from "./guards.ts";
import type { PageBindings, PageContext, PageEnv } from "./page_context.ts";
import { confirmPage, performAction } from "./pages/actions.tsx";
import { backfillPage } from "./pages/backfill.tsx";
import { eventsPage, exportCsv, exportJson } from "./pages/events.tsx";
import { goToStatus, submitSignIn, submitSignOut } from "./pages/sign_in.ts";
import { statusPage } from "./pages/status.tsx";
import { showProblem } from "./render.tsx";
import { ICON } from "./shapes.tsx";

interface DashboardOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
}

interface PageRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly guards: readonly MiddlewareHandler<PageEnv>[];
  readonly handle: (c: PageContext) => Response | Promise<Response>;
}

const ROUTES: readonly PageRoute[] = [
  { method: "GET", path: "/", guards: VIEWED, handle: statusPage },
  { method: "GET", path: "/events", guards: VIEWED, handle: eventsPage },
  { method: "GET", path: "/events.csv", guards: VIEWED, handle: exportCsv },
  { method: "GET", path: "/events.json", guards: VIEWED, handle: exportJson },
  { method: "GET", path: "/actions/backfill", guards: VIEWED, handle: backfillPage },
  { method: "GET", path: "/actions/:action", guards: VIEWED, handle: confirmPage },
  { method: "POST", path: "/actions/:action", guards: SUBMITTED, handle: performAction },
  { method: "GET", path: "/sign-in", guards: [], handle: goToStatus },
  { method: "POST", path: "/sign-in", guards: SIGNING_IN, handle: submitSignIn },
  { method: "POST", path: "/sign-out", guards: SUBMITTED, handle: submitSignOut },
  { method: "GET", path: "/icon.svg", guards: [], handle: icon },
];

export function createDashboard<E extends PageBindings>(
  { connect, now, log }: DashboardOptions<E>,
): Hono<PageEnv> {
  const dashboard = new Hono<PageEnv>();
  const teamKeys: TeamKeys = new Map();
  dashboard.use(async (c, next) => {
    c.set("connect", () => connect(c.env as E));
    c.set("nowMs", now());
    c.set("teamKeys", teamKeys);
    await next();
  });
  dashboard.use(methodNotAllowed({
    app: dashboard,
    onMethodNotAllowed: (c, methods) => {
      c.header("Allow", allowed(methods));
      const detail = `The page does not take ${c.req.method}.`;
      return showProblem(c, problemOf("method_not_allowed", detail));
    },
  }));
  dashboard.onError((error, c) => {
    tellIfUnexpected(c, error, log);
    return showProblem(c, thrownProblem(error));
  });
  for (const { method, path, guards, handle } of ROUTES) {
    dashboard.on(method, [path], ...guards, handle);
  }
  return dashboard;
}

function icon(c: PageContext): Response {
  return c.body(ICON, 200, { "Content-Type": "image/svg+xml" });
}
