/** The HTTP app, the same on every platform: how a collector is reached is passed in. Wiring only. */
import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import type { Collectors } from "../collector/fleet.ts";
import type { LogLine } from "../collector/platform.ts";
import { operatorsInMemory } from "../operators/operator_records.ts";
import type { Operators } from "../operators/operators.ts";
import { type DoorEnv, doorOf } from "./auth/door.ts";
import { recordAction, tellAbout } from "./auth/record.ts";
import { Refusals } from "./auth/refusals.ts";
import { createDashboard } from "./dashboard/dashboard.ts";
import type { PageContext } from "./dashboard/page_context.ts";
import { forProgramsPage, missingPage } from "./dashboard/pages/missing.ts";
import { ROUTES } from "./routes/index.ts";
import {
  allowed,
  problemOf,
  problemResponse,
  tellIfUnexpected,
  thrownProblem,
} from "./routing/problems.ts";
import { serveRoutes } from "./routing/serve.ts";
import { wantsPage } from "./routing/wants_page.ts";

interface AppOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
  /** What is remembered about those who use the app; if left out, it is in this process's memory. */
  readonly operators?: (env: E) => Operators;
  /** Sends requests that belong to no account; if left out, the platform's `fetch` does. */
  readonly fetch?: typeof fetch;
  /** Where a request came from. */
  readonly addressOf?: (request: Request, env: E) => string;
}

/** The environment of an app with these variables. */
interface AppEnv<E> {
  Bindings: E;
  Variables: DoorEnv["Variables"];
}

export function createApp<E extends DoorEnv["Bindings"]>(options: AppOptions<E>): Hono<AppEnv<E>> {
  const app = new Hono<AppEnv<E>>();
  openDoor(app, options);
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
  app.notFound((c) =>
    wantsPage(c)
      ? missingPage(c as Context as PageContext)
      : problemResponse(c, problemOf("not_found", `There is no ${c.req.path}.`))
  );
  app.use(async (c, next) => {
    await next();
    if (isLostBrowser(c)) c.res = await forProgramsPage(c as Context as PageContext);
  });
  app.route("/", createDashboard<E>(options));
  serveRoutes(app, ROUTES, {
    ...options,
    record: (id) => recordAction(id, (c) => options.connect(c.env)),
    tellAbout,
    viewer: (c) => c.get("viewer") ?? null,
    refusals: (c) => {
      const { operators, refusals } = doorOf(c);
      return operators.refusals(refusals.takeUnreported());
    },
  });
  return app;
}

/** True if a browser without a token, which nobody can send by following a link, has got a problem as JSON. */
function isLostBrowser(c: Context): boolean {
  const type = c.res.headers.get("Content-Type");
  return c.res.status === 401 && type === "application/problem+json" && wantsPage(c) &&
    c.req.header("Authorization") === undefined;
}

/** Sets what the checks of each request work with. */
function openDoor<E extends DoorEnv["Bindings"]>(
  app: Hono<AppEnv<E>>,
  { now, log, operators, addressOf, fetch: send = fetch }: AppOptions<E>,
): void {
  const inMemory = operatorsInMemory(now);
  const refusals = new Refusals();
  app.use(async (c, next) => {
    const requestId = crypto.randomUUID();
    c.set("door", {
      requestId,
      address: addressOf?.(c.req.raw, c.env) ?? "unknown",
      nowMs: now(),
      operators: operators?.(c.env) ?? inMemory,
      refusals,
      fetch: send,
      log,
    });
    await next();
    c.header("X-Request-Id", requestId);
  });
}
