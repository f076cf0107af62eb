/**
 * Entry point on Cloudflare Workers: HTTP routes, the cron, and the Durable Object in which a
 * collector lives, one for each account and destination, so that its runs take turns wherever they start.
 */
import { createApp } from "./app/app.ts";
import { Collector, destinationName } from "./collector/collector.ts";
import type { LogLine } from "./collector/host.ts";
import type { Trigger } from "./collector/report.ts";
import { type CollectorService, type Method, offer, serve } from "./collector/service.ts";
import { readSettings } from "./settings/settings.ts";
import { durableObjectStore, type ObjectStorage } from "./state/durable_object.ts";
import { type KvNamespace, workersKvStore } from "./state/workers_kv.ts";

/** Bindings and variables, see wrangler.toml. The settings are among them. */
export interface Env extends Record<string, unknown> {
  readonly CURSORS: KvNamespace;
  readonly COLLECTOR: ObjectNamespace;
  readonly API_TOKEN?: string;
}

interface ObjectNamespace {
  getByName(name: string): { fetch(request: Request): Promise<Response> };
}

interface ObjectState {
  readonly storage: ObjectStorage & { setAlarm(atMs: number): Promise<void> };
}

let app: ReturnType<typeof createApp<Env>> | undefined;

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    app ??= createApp<Env>({ connect, now: Date.now });
    return app.fetch(request, env);
  },

  /** A failed run is seen as failed: the invocation rejects. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const outcome = await connectAndCollect(env, "cron");
    if (outcome !== undefined) throw new Error(outcome);
  },
};

/** Collects, and answers why it failed, if it did. */
async function connectAndCollect(env: Env, trigger: Trigger): Promise<string | undefined> {
  const outcome = await connect(env).collect(trigger);
  const problem = outcome.ok ? outcome.value.problem : outcome.problem;
  return problem && `${problem.code}: ${problem.detail}`;
}

/** The collector's service, wherever its Durable Object is. */
function connect(env: Env): CollectorService {
  const settings = readSettings(env, "workers");
  const name = `${settings.LIVEPERSON_ACCOUNT_ID}/${destinationName(settings) ?? "none"}`;
  const object = env.COLLECTOR.getByName(name);
  return offer(async (method, args) => {
    const body = JSON.stringify({ method, args });
    const response = await object.fetch(
      new Request("https://collector/", { method: "POST", body }),
    );
    return await response.json();
  });
}

export class CollectorObject {
  readonly #service: CollectorService;

  constructor(private readonly state: ObjectState, env: Env) {
    this.#service = serve(
      new Collector(readSettings(env, "workers"), {
        fetch: (input, init) => fetch(input, init),
        now: Date.now,
        random: Math.random,
        newId: () => crypto.randomUUID(),
        log,
        published: workersKvStore(env.CURSORS),
        local: durableObjectStore(state.storage),
      }),
    );
  }

  /** Calls a method of the service: `{"method": …, "args": […]}`. */
  async fetch(request: Request): Promise<Response> {
    const { method, args } = await request.json() as { method: Method; args: unknown[] };
    const call = this.#service[method] as (...args: unknown[]) => Promise<unknown>;
    const answer = await call(...args);
    if (method === "collect") await this.#followBacklog(answer as CollectAnswer);
    return Response.json(answer);
  }

  /** While a run ends with more to read, the next one follows at once, as an invocation of its own. */
  async alarm(): Promise<void> {
    await this.#followBacklog(await this.#service.collect("backlog"));
  }

  async #followBacklog(answer: CollectAnswer): Promise<void> {
    const goOn = answer.ok && answer.value.outcome === "ok" && answer.value.more;
    if (goOn) await this.state.storage.setAlarm(Date.now());
  }
}

type CollectAnswer = Awaited<ReturnType<CollectorService["collect"]>>;

function log(line: LogLine): void {
  const { level, ...rest } = line;
  const text = JSON.stringify({ time: new Date().toISOString(), level, ...rest });
  if (level === "error") console.error(text);
  else console.log(text);
}
