/**
 * Runs the deployable bundle on real workerd, with local KV and Durable Objects, as wrangler.toml
 * describes it. Used by the demo and by the tests. Listens on loopback only.
 */
import { basename, dirname, join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { buildBundle } from "./bundle.ts";
import { openHeapGauge, operationsCounter } from "./observe.ts";

export interface LocalWorkerOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** A folder in which KV and Durable Objects survive; in memory if left out. */
  readonly persistTo?: string;
  /** R2 buckets, by the name of their binding. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** Lets the isolate's memory be measured, or logs each operation on KV and on Durable Object storage. */
  readonly observe?: "memory" | "operations";
}

export interface LocalWorker {
  readonly url: string;
  /** Every line that the Worker logged: one line of JSON for each event. */
  readonly logs: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Fires the cron; returns `ok`, or `exception` if the invocation rejected. */
  fireCron(): Promise<string>;
  readonly kv: LocalKv;
  /** What lies in a bucket, by key. `binding`: its name. */
  objectsIn(binding: string): Promise<ReadonlyMap<string, { readonly body: Uint8Array }>>;
  /** The bytes that the isolate holds after a garbage collection. Only if memory is observed. */
  heapBytes(): Promise<number>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface LocalKv {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(): Promise<{ keys: { name: string }[] }>;
}

/** The part of R2's binding that is used. */
interface LocalBucket {
  list(): Promise<{ objects: { key: string }[] }>;
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>;
}

export async function startWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const { module, workerOptions } = await buildBundle();
  const logs: string[] = [];
  const counting = options.observe === "operations";
  const product = { type: "ESModule", path: module } as const;
  const observer = {
    type: "ESModule",
    path: join(dirname(module), "observer.js"),
    contents: operationsCounter(`./${basename(module)}`),
  } as const;
  const worker = {
    ...workerOptions,
    name: "collector",
    modules: counting ? [observer, product] : [product],
    modulesRoot: dirname(module),
    bindings: { ...options.settings },
    r2Buckets: { ...options.buckets },
  };
  // wrangler still gives a Worker's options in the form of Miniflare 4
  const miniflare = new Miniflare(
    convertV4MiniflareOptions(
      {
        workers: [worker],
        host: "127.0.0.1",
        cf: false, // or Miniflare would fetch the `cf` properties of requests from Cloudflare
        port: options.port ?? 0,
        unsafeTriggerHandlers: true,
        ...(options.observe === "memory" && { inspectorPort: 0 }),
        ...(options.persistTo !== undefined && { resourcePersistencePath: options.persistTo }),
        handleStructuredLogs: ({ message }: { message: string }) => logs.push(message),
      } as Parameters<typeof convertV4MiniflareOptions>[0],
    ),
  );
  const url = (await miniflare.ready).origin;
  const wake = async () => await (await fetch(new URL("/healthz", url))).body?.cancel();
  const gauge = options.observe === "memory" ? await openHeapGauge(miniflare, wake) : undefined;
  const kv = await miniflare.getKVNamespace("CURSORS");
  const close = async () => {
    gauge?.close();
    await miniflare.dispose();
  };
  return {
    url,
    logs,
    fetch: (path, init) => fetch(new URL(path, url), init),
    async fireCron() {
      return await (await fetch(new URL("/cdn-cgi/local/scheduled", url))).text();
    },
    kv: kv as unknown as LocalKv,
    async objectsIn(binding) {
      return await objectsIn(await miniflare.getR2Bucket(binding) as unknown as LocalBucket);
    },
    heapBytes() {
      if (gauge === undefined) throw new Error("The Worker's memory is not observed.");
      return gauge.heapBytes();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Its first thousand objects. */
async function objectsIn(bucket: LocalBucket) {
  const { objects } = await bucket.list();
  const entries = objects.map(async ({ key }) => {
    const object = await bucket.get(key);
    return [key, { body: new Uint8Array(await object!.arrayBuffer()) }] as const;
  });
  return new Map(await Promise.all(entries));
}
