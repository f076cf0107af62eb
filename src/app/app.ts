/** The HTTP routes. The same app on every platform: how a collector is reached is passed in. */
import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { CollectorService } from "../collector/service.ts";
import { CollectorError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { type AccessVariables, requireToken } from "./access.ts";
import { mergeArguments, readGetEventsArguments } from "./arguments.ts";
import { toMarkdown } from "./markdown.ts";
import { problemOf, problemResponse, thrownProblem, unwrap } from "./problems.ts";

export interface AppOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => CollectorService;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_LISTED_LETTERS = 100;

export function createApp<E extends AccessVariables>(
  options: AppOptions<E>,
): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>();
  type C = Context<{ Bindings: E }>;

  app.use(secureHeaders({ xFrameOptions: "DENY", referrerPolicy: "no-referrer" }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.onError((error, c) => problemResponse(c, thrownProblem(error)));
  app.notFound((c) => problemResponse(c, problemOf("not_found", `There is no ${c.req.path}.`)));

  /** A route with its methods: it needs the token, and answers every other method with 405. */
  const route = (
    path: string,
    handlers: Record<string, (c: C) => Response | Promise<Response>>,
  ) => {
    app.use(path, requireToken);
    app.use(
      path,
      bodyLimit({
        maxSize: MAX_BODY_BYTES,
        onError: (c) =>
          problemResponse(c, problemOf("body_too_large", "The body has over 64 KiB.")),
      }),
    );
    const methods = Object.keys(handlers);
    for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
    app.all(path, (c) => notAllowed(c, methods));
  };

  const collector = (c: C) => options.connect(c.env);

  const isDeep = (c: C) => c.req.query("deep") === "true";
  app.use("/healthz", (c, next) => isDeep(c) ? requireToken(c as never, next) : next());
  app.get("/healthz", async (c) => {
    if (!isDeep(c)) return c.json({ status: "up", version: VERSION });
    const verdict = unwrap(await collector(c).verdict());
    return c.json({ version: VERSION, ...verdict }, verdict.alarming ? 503 : 200);
  });
  app.all("/healthz", (c) => notAllowed(c, ["GET"]));

  route("/get-events", { GET: getEvents, POST: getEvents });

  route("/test-connection", {
    POST: async (c) => {
      const steps = unwrap(await collector(c).testConnection());
      const failed = steps.find((step) => step.outcome === "failed");
      return failed === undefined
        ? c.json({ ok: true, steps })
        : problemResponse(c, { ...failed.problem!, status: 502, ...{ ok: false, steps } });
    },
  });

  route("/collect", {
    POST: async (c) => {
      const report = unwrap(await collector(c).collect("http"));
      return report.problem === undefined
        ? c.json(report)
        : problemResponse(c, { ...report.problem, ...{ runId: report.runId, report } });
    },
  });

  route("/status", { GET: async (c) => c.json(unwrap(await collector(c).status())) });

  route("/dead-letters", {
    GET: async (c) => c.json(unwrap(await collector(c).deadLetters(MAX_LISTED_LETTERS))),
  });

  route("/dead-letters/redeliver", {
    POST: async (c) => c.json(unwrap(await collector(c).redeliver(MAX_LISTED_LETTERS))),
  });

  route("/cursor", {
    DELETE: async (c) => {
      const status = unwrap(await collector(c).status());
      if (c.req.query("confirm") !== status.account) {
        throw new CollectorError("arguments_invalid", {
          detail: "To start over, confirm it with the account: DELETE /cursor?confirm=<account>.",
        });
      }
      unwrap(await collector(c).forgetCursor());
      return c.json({ account: status.account, cursor: null });
    },
  });

  async function getEvents(c: C): Promise<Response> {
    const body = c.req.method === "POST" ? await c.req.text() : "";
    const args = readGetEventsArguments(mergeArguments(c.req.queries(), body), options.now());
    if (args.push && c.req.method !== "POST") {
      const problem = problemOf(
        "method_not_allowed",
        "A GET never changes anything: to push events, send should_push_events=true by POST.",
      );
      return problemResponse(c, problem, { Allow: "POST" });
    }
    const { events, pushed, more } = unwrap(await collector(c).getEvents(args));
    switch (answerFormat(c)) {
      case "text/markdown":
        return c.body(toMarkdown(events, more), 200, {
          "Content-Type": "text/markdown; charset=UTF-8",
        });
      case "application/x-ndjson":
        return c.body(events.map((event) => `${JSON.stringify(event)}\n`).join(""), 200, {
          "Content-Type": "application/x-ndjson",
        });
      default:
        return c.json({ LivePerson: { Event: events }, count: events.length, pushed, more });
    }
  }

  return app;
}

function answerFormat(c: Context): string {
  return accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/markdown", "application/x-ndjson"],
    default: "application/json",
  });
}

function notAllowed(c: Context, methods: readonly string[]): Response {
  const problem = problemOf("method_not_allowed", `${c.req.path} does not take ${c.req.method}.`);
  return problemResponse(c, problem, { Allow: methods.join(", ") });
}
