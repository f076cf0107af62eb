/**
 * Entry point on Cloudflare Workers: HTTP routes and the cron. The collectors live in Durable Objects,
 * one for each account and destination, so that runs take turns wherever they start.
 */
import { createApp } from "../http/app.ts";
import { collectAll } from "../collector/collect_all.ts";
import type { Collectors } from "../collector/fleet.ts";
import { offer } from "../collector/service.ts";
import { askObject, CollectorObject, entriesOf, type Env, fanOut } from "./collector_object.ts";
import { writeLog } from "../collector/log.ts";

export { CollectorObject };

let app: ReturnType<typeof createApp<Env>> | undefined;

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    app ??= createApp<Env>({ connect, now: Date.now, log: writeLog });
    return app.fetch(request, env);
  },

  /** A failed run is seen as failed: the invocation rejects. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await collectAll(() => connect(env), "cron", writeLog);
  },
};

function connect(env: Env): Collectors {
  const entries = entriesOf(env);
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    ids: entries.map((entry) => entry.id),
    of: (id) => offer((method, args) => askObject(env, entryOf.get(id)!, method, args)),
    all: (method, args) => fanOut(env, entries, method, args),
  };
}
