/** The HTTP routes. The same app on every platform: how a collector is reached is passed in. */
import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { requireReader } from "./auth/reader.ts";
import { answerDescription, answerDocs } from "./openapi/answer.tsx";
import { problemOfRun } from "../collector/collect_all.ts";
import { chooseAccount, type Collectors } from "../collector/fleet.ts";
import type { LogLine } from "../collector/platform.ts";
import { configurationFailed, type TestedStep } from "../collector/runs/connection_check.ts";
import type { CollectorService } from "../collector/service.ts";
import { CollectorError } from "../errors.ts";
import { answerMetrics } from "./metrics/answer.ts";
import { createPage } from "./dashboard/page.tsx";
import { VERSION } from "../version.ts";
import { type AccessVariables, requireToken } from "./auth/bearer.ts";
import {
  CONFIRM_RULE,
  CURSOR_QUERY,
  HEALTH_QUERY,
  mergeArguments,
  readBackfillRange,
  readGetEventsArguments,
  readQuery,
} from "./arguments.ts";
import { toMarkdown } from "./markdown.ts";
import { problemOf, problemResponse, tellIfUnexpected, thrownProblem, unwrap } from "./problems.ts";

export interface AppOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
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
  app.onError((error, c) => {
    tellIfUnexpected(c, error, options.log);
    return problemResponse(c, thrownProblem(error));
  });
  app.notFound((c) => problemResponse(c, problemOf("not_found", `There is no ${c.req.path}.`)));
  app.route("/", createPage<E>(options));

  /** A route with its methods: it needs the token, and answers every other method with 405. */
  const route = (
    path: string,
    handlers: Record<string, (c: C) => Response | Promise<Response>>,
    guard = requireToken,
  ) => {
    app.use(path, guard);
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

  /** The collector of the account that the request names, or of the only one. */
  const collector = (c: C, named = c.req.query("account")): CollectorService => {
    const collectors = options.connect(c.env);
    return collectors.of(chooseAccount(collectors.ids, named));
  };
  /** All collectors, if there are several and the request names none. */
  const several = (c: C): Collectors | null => {
    if (c.req.query("account") !== undefined) return null;
    const collectors = options.connect(c.env);
    return collectors.ids.length > 1 ? collectors : null;
  };

  const isDeep = (c: C) => readQuery(HEALTH_QUERY, c.req.query()).deep === "true";
  app.use("/healthz", (c, next) => isDeep(c) ? requireToken(c as never, next) : next());
  app.get("/healthz", async (c) => {
    if (!isDeep(c)) return c.json({ status: "up", version: VERSION });
    const all = several(c);
    if (all === null) {
      const verdict = unwrap(await collector(c).verdict());
      return c.json({ version: VERSION, ...verdict }, verdict.alarming ? 503 : 200);
    }
    const outcomes = await all.all("verdict");
    const accounts = outcomes.map((outcome, i) =>
      outcome.ok
        ? { account: all.ids[i], ...outcome.value }
        : { account: all.ids[i], alarming: true, problem: outcome.problem }
    );
    const alarming = accounts.some((account) => account.alarming);
    return c.json({ version: VERSION, alarming, accounts }, alarming ? 503 : 200);
  });
  app.all("/healthz", (c) => notAllowed(c, ["GET"]));

  route("/get-events", { GET: getEvents, POST: getEvents });

  route("/test-connection", {
    POST: async (c) => {
      const steps = await testedSteps(() => collector(c).testConnection());
      const failed = steps.find((step) => step.outcome === "failed");
      return failed === undefined
        ? c.json({ ok: true, steps })
        : problemResponse(c, { ...failed.problem!, status: 502, ...{ ok: false, steps } });
    },
  });

  route("/collect", {
    POST: async (c) => {
      const all = several(c);
      if (all === null) {
        const report = unwrap(await collector(c).collect("http"));
        return report.problem === undefined
          ? c.json(report)
          : problemResponse(c, { ...report.problem, ...{ runId: report.runId, report } });
      }
      const outcomes = await all.all("collect", "http");
      const accounts = outcomes.map((outcome, i) => ({
        account: all.ids[i],
        ...(outcome.ok ? outcome.value : { problem: outcome.problem }),
      }));
      const failed = outcomes.filter((outcome) => problemOfRun(outcome) !== undefined).length;
      if (failed === 0) return c.json({ accounts });
      const problem = problemOf("accounts_failed", `${failed} of ${accounts.length} failed.`);
      return problemResponse(c, { ...problem, ...{ accounts } });
    },
  });

  route("/status", {
    GET: async (c) => {
      const all = several(c);
      if (all === null) return c.json(unwrap(await collector(c).status()));
      const outcomes = await all.all("status");
      const accounts = outcomes.map((outcome, i) =>
        outcome.ok ? outcome.value : { account: all.ids[i], problem: outcome.problem }
      );
      return c.json({ accounts });
    },
  });

  route("/metrics", { GET: (c) => answerMetrics(c, options.connect(c.env)) });

  route("/dead-letters", {
    GET: async (c) => c.json(unwrap(await collector(c).deadLetters(MAX_LISTED_LETTERS))),
  });

  route("/dead-letters/redeliver", {
    POST: async (c) => c.json(unwrap(await collector(c).redeliver(MAX_LISTED_LETTERS))),
  });

  route("/backfill", {
    POST: async (c) => {
      const given = mergeArguments(c.req.queries(), await c.req.text());
      const { account, ...range } = readBackfillRange(given, options.now());
      return c.json(unwrap(await collector(c, account).startBackfill(range)), 202);
    },
    DELETE: async (c) => {
      unwrap(await collector(c).cancelBackfill());
      return c.json({ backfill: null });
    },
  });

  route("/cursor", {
    DELETE: async (c) => {
      const { ids } = options.connect(c.env);
      const { confirm, account: named } = readQuery(CURSOR_QUERY, c.req.query());
      const account = chooseAccount(ids, named ?? (ids.length > 1 ? confirm : undefined));
      if (confirm !== account) {
        throw new CollectorError("arguments_invalid", { detail: CONFIRM_RULE });
      }
      unwrap(await collector(c, account).forgetCursor());
      return c.json({ account, cursor: null });
    },
  });

  const guard = requireReader(options.now);
  route("/openapi.json", { GET: answerDescription }, guard);
  route("/docs", { GET: answerDocs }, guard);

  async function getEvents(c: C): Promise<Response> {
    const body = c.req.method === "POST" ? await c.req.text() : "";
    const given = mergeArguments(c.req.queries(), body);
    const { account, ...args } = readGetEventsArguments(given, options.now());
    if (args.push && c.req.method !== "POST") {
      const problem = problemOf(
        "method_not_allowed",
        "A GET never changes anything: to push events, send should_push_events=true by POST.",
      );
      return problemResponse(c, problem, { Allow: "POST" });
    }
    const { events, pushed, more } = unwrap(await collector(c, account).getEvents(args));
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

/** The steps of a tested connection. That the configuration is bad is the outcome of the first one. */
async function testedSteps(
  test: () => ReturnType<CollectorService["testConnection"]>,
): Promise<readonly TestedStep[]> {
  try {
    return unwrap(await test());
  } catch (error) {
    const problem = thrownProblem(error);
    if (problem.code !== "configuration_invalid") throw error;
    return configurationFailed(problem);
  }
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
