/** Serves routes: for each request the record of what is done, the guard, the body limit, the arguments, then the handler. */
import type { Context, Env, Hono, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Collectors } from "../../collector/fleet.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { problemOf, problemResponse } from "./problems.ts";
import type { Reply } from "./reply.ts";
import type { Asked, Route } from "./route.ts";

interface ServeOptions<Bindings> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: Bindings) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Records each request of a route, under the route's id. */
  readonly record: (id: string) => MiddlewareHandler;
  /** Tells the record what a request is about: its arguments. */
  readonly tellAbout: (c: Context, args: unknown) => void;
  /** Who is signed in to the pages, if the guard has found that out; else null. */
  readonly viewer: (c: Context) => Viewer | null;
  /** How many requests without a valid token were refused. */
  readonly refusals: (c: Context) => Promise<number>;
}

const MIB = 1024 * 1024;
const MAX_BODY_BYTES = 64 * 1024;

/** A path has the access of its first route. */
export function serveRoutes<E extends Env>(
  app: Hono<E>,
  routes: readonly Route[],
  { connect, now, record, tellAbout, viewer, refusals }: ServeOptions<E["Bindings"]>,
): void {
  for (const { id, method, path, access } of routes) {
    if (access.isRecorded) app.on(method, path, record(id));
  }
  const accesses = [...new Set(routes.map(({ access }) => access))];
  const guards = new Map(accesses.map((access) => [access, access.guard()] as const));
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const sizes = ofPath.map(({ maxBodyBytes = MAX_BODY_BYTES }) => maxBodyBytes);
    app.use(path, guards.get(ofPath[0].access)!, limitBody(Math.max(...sizes)));
  }
  for (const route of routes) {
    app.on(route.method, route.path, async (c) => {
      const nowMs = now();
      const args = await route.arguments?.read(c.req, nowMs);
      tellAbout(c, args);
      const asked: Asked<unknown> = {
        args,
        nowMs,
        connect: () => connect(c.env),
        viewer: viewer(c),
        refusals: () => refusals(c),
        preferred: (types) => preferred(c, types),
      };
      return toResponse(c, await route.handle(asked as Asked<never>));
    });
  }
}

function limitBody(maxSize: number): MiddlewareHandler {
  const limit = maxSize < MIB ? `${maxSize / 1024} KiB` : `${maxSize / MIB} MiB`;
  const detail = `The body has over ${limit}.`;
  return bodyLimit({
    maxSize,
    onError: (c) => problemResponse(c, problemOf("body_too_large", detail)),
  });
}

function preferred<T extends string>(c: Context, types: readonly [T, ...T[]]): T {
  return accepts(c, { header: "Accept", supports: [...types], default: types[0] }) as T;
}

function toResponse(c: Context, { status, type, body, headers }: Reply): Response {
  return c.body(
    typeof body === "string" ? body : JSON.stringify(body),
    status as ContentfulStatusCode,
    { "Content-Type": type, ...headers },
  );
}
