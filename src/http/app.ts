/** The HTTP app, the same on every platform: how a collector is reached is passed in. Wiring only. */
import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import type { Collectors } from "../collector/fleet.ts";
import type { LogLine } from "../collector/platform.ts";
import type { TokenVariables } from "./auth/bearer.ts";
import { createDashboard } from "./dashboard/dashboard.ts";
import { ROUTES } from "./routes/index.ts";
import {
  allowed,
  problemOf,
  problemResponse,
  tellIfUnexpected,
  thrownProblem,
} from "./routing/problems.ts";
import { serveRoutes } from "./routing/serve.ts";

interface AppOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
}

export function createApp<E extends TokenVariables>(
  options: AppOptions<E>,
): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>();
  app.use(secureHeaders({ xFrameOptions: "DENY", referrerPolicy: "no-referrer" }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const detail = `${c.req.path} does not take ${c.req.method}.`;
      const headers = { Allow: allowed(methods) };
      return problemResponse(c, problemOf("method_not_allowed", detail), headers);
    },
  }));
  app.onError((error, c) => {
    tellIfUnexpected(c, error, options.log);
    return problemResponse(c, thrownProblem(error));
  });
  app.notFound((c) => problemResponse(c, problemOf("not_found", `There is no ${c.req.path}.`)));
  app.route("/", createDashboard<E>(options));
  serveRoutes(app, ROUTES, options);
  return app;
}
