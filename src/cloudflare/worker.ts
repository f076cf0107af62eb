/**
 * Entry point on Cloudflare Workers: HTTP routes and the cron. The collectors live in Durable Objects,
 * one for each pipeline, so that runs take turns wherever they start.
 */
import { createApp } from "../http/app.ts";
import { collectAll } from "../collector/collect_all.ts";
import { writeLog } from "../collector/log.ts";
import { CollectorObject } from "./collector_object.ts";
import { type Env, openObjects } from "./objects.ts";
import { openOperators } from "./operators.ts";
import { OperatorsObject } from "./operators_object.ts";

export { CollectorObject, OperatorsObject };

let app: ReturnType<typeof createApp<Env>> | undefined;

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    app ??= createApp<Env>({
      connect: openObjects,
      operators: openOperators,
      // Cloudflare sets it, over whatever the client sent
      addressOf: ({ headers }) => headers.get("CF-Connecting-IP") ?? "unknown",
      now: Date.now,
      log: writeLog,
    });
    return app.fetch(request, env);
  },

  /** A failed run fails the invocation: it rejects. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await collectAll(() => openObjects(env), writeLog);
  },
};
