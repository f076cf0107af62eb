/**
 * The status page: its routes. It is rendered on the server and works without JavaScript. A session or
 * Cloudflare Access lets a browser in; the JSON routes always ask for the bearer token.
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Collectors } from "../../collector/fleet.ts";
import type { LogLine } from "../../collector/platform.ts";
import type { TeamKeys } from "../auth/cloudflare_access.ts";
import { allowed, problemOf, tellIfUnexpected, thrownProblem } from "../routing/problems.ts";
import { ACTED, ASKED, READ, SIGNING_IN, SUBMITTED, VIEWED } from "./guards.ts";
import { recordAction } from "../auth/record.ts";
import type { DoorEnv } from "../auth/door.ts";
import type { PageContext, PageEnv } from "./page_context.ts";
import { ACTIONS } from "./actions.ts";
import { confirmPage, performAction } from "./pages/actions.tsx";
import { backfillPage } from "./pages/backfill.tsx";
import { activityPage } from "./pages/activity.tsx";
import { eventsPage, exportCsv, exportJson } from "./pages/events.tsx";
import {
  signInPage,
  submitSignIn,
  submitSignOut,
  submitSignOutEverywhere,
} from "./pages/sign_in.ts";
import { letterActionPage } from "./pages/letter_actions.tsx";
import { statusPage } from "./pages/status.tsx";
import { undeliveredPage } from "./pages/undelivered.tsx";
import { showProblem } from "./render.tsx";
import { ICON } from "./shapes.tsx";

interface DashboardOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  readonly log: (line: LogLine) => void;
}

interface PageRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly guards: readonly MiddlewareHandler<PageEnv>[];
  readonly handle: (c: PageContext) => Response | Promise<Response>;
  /** The name under which its use is recorded, if it is. Null for a use that is not. */
  readonly action?: (c: Context) => string | null;
}

const ROUTES: readonly PageRoute[] = [
  { method: "GET", path: "/", guards: VIEWED, handle: statusPage },
  {
    method: "GET",
    path: "/events",
    guards: READ,
    handle: eventsPage,
    action: (c) => c.req.query("start") === undefined ? null : "getEvents",
  },
  {
    method: "GET",
    path: "/events.csv",
    guards: READ,
    handle: exportCsv,
    action: () => "getEvents",
  },
  {
    method: "GET",
    path: "/events.json",
    guards: READ,
    handle: exportJson,
    action: () => "getEvents",
  },
  { method: "GET", path: "/activity", guards: READ, handle: activityPage },
  {
    method: "GET",
    path: "/undelivered",
    guards: VIEWED,
    handle: undeliveredPage,
    // whoever may not read events sees only numbers, unless one of the events is asked for
    action: (c) =>
      c.var.viewer?.rights.readEvents || c.req.query("event") !== undefined
        ? "listDeadLetters"
        : null,
  },
  {
    method: "GET",
    path: "/actions/redeliver",
    guards: ASKED,
    handle: letterActionPage("redeliver"),
  },
  { method: "GET", path: "/actions/discard", guards: ASKED, handle: letterActionPage("discard") },
  { method: "GET", path: "/actions/backfill", guards: ASKED, handle: backfillPage },
  { method: "GET", path: "/actions/:action", guards: ASKED, handle: confirmPage },
  {
    method: "POST",
    path: "/actions/:action",
    guards: ACTED,
    handle: performAction,
    action: (c) => ACTIONS.get(c.req.param("action")!)?.recordedAs ?? null,
  },
  { method: "GET", path: "/sign-in", guards: SIGNING_IN, handle: signInPage },
  {
    method: "POST",
    path: "/sign-in",
    guards: SIGNING_IN,
    handle: submitSignIn,
    action: () => "signIn",
  },
  {
    method: "POST",
    path: "/sign-out",
    guards: SUBMITTED,
    handle: submitSignOut,
    action: () => "signOut",
  },
  {
    method: "POST",
    path: "/sign-out-everywhere",
    guards: ACTED,
    handle: submitSignOutEverywhere,
    action: () => "signOutEverywhere",
  },
  { method: "GET", path: "/icon.svg", guards: [], handle: icon },
];

export function createDashboard<E extends DoorEnv["Bindings"]>(
  { connect, log }: DashboardOptions<E>,
): Hono<PageEnv> {
  const dashboard = new Hono<PageEnv>();
  const teamKeys: TeamKeys = new Map();
  dashboard.use(async (c, next) => {
    c.set("connect", () => connect(c.env as E));
    c.set("nowMs", c.var.door.nowMs);
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
  for (const { method, path, guards, handle, action } of ROUTES) {
    if (action) {
      // strangers who open a page are asked to sign in, which is no action and must not fill the log
      const recorded = (c: Context) =>
        method === "GET" && c.var.actor === undefined ? null : action(c);
      dashboard.on(method, [path], recordAction(recorded, (c) => connect(c.env)));
    }
    dashboard.on(method, [path], ...guards, handle);
  }
  return dashboard;
}

function icon(c: PageContext): Response {
  return c.body(ICON, 200, { "Content-Type": "image/svg+xml" });
}
