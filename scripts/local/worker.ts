/**
 * Runs the deployable bundle on real workerd, with local KV and Durable Objects, as wrangler.toml
 * describes it. Used by the demo and by the tests. Listens on loopback only.
 */
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Miniflare, type WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { buildBundle, ROOT } from "./bundle.ts";

export interface LocalWorkerOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** A folder in which KV and Durable Objects survive; in memory if left out. */
  readonly persistTo?: string;
}

export interface LocalWorker {
  readonly url: string;
  /** Every line that the Worker logged: JSON, one an occurrence. */
  readonly logs: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Fires the cron; answers `ok`, or `exception` if the invocation rejected. */
  fireCron(): Promise<string>;
  readonly kv: LocalKv;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface LocalKv {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(): Promise<{ keys: { name: string }[] }>;
}

export async function startWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const bundle = await buildBundle();
  const { workerOptions } = workerOptionsOf(join(ROOT, "wrangler.toml"));
  const logs: string[] = [];
  const keepLines = (stream: NodeJS.ReadableStream) =>
    createInterface(stream).on("line", (line) => logs.push(line));
  const miniflare = new Miniflare(
    {
      ...workerOptions as unknown as WorkerOptions,
      rootPath: dirname(bundle),
      modules: [{ type: "ESModule", path: bundle }],
      bindings: { ...options.settings },
      host: "127.0.0.1",
      port: options.port ?? 0,
      unsafeTriggerHandlers: true,
      ...(options.persistTo !== undefined && { defaultPersistRoot: options.persistTo }),
      handleRuntimeStdio: (out: NodeJS.ReadableStream, err: NodeJS.ReadableStream) => {
        keepLines(out);
        keepLines(err);
      },
    } as ConstructorParameters<typeof Miniflare>[0],
  );
  const url = (await miniflare.ready).origin;
  const close = () => miniflare.dispose();
  return {
    url,
    logs,
    fetch: (path, init) => fetch(new URL(path, url), init),
    async fireCron() {
      return await (await fetch(new URL("/cdn-cgi/handler/scheduled", url))).text();
    },
    kv: await miniflare.getKVNamespace("CURSORS") as unknown as LocalKv,
    close,
    [Symbol.asyncDispose]: close,
  };
}
