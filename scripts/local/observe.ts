/** Observes a local Worker from outside: the memory of its isolate, and its operations on storage. */
import type { Miniflare } from "miniflare";

/**
 * Asks workerd's inspector how many bytes the Worker's isolate holds. `wake` makes the isolate run for a
 * moment: only then does it collect its garbage. Loopback only.
 */
export async function openHeapGauge(miniflare: Miniflare, wake: () => Promise<unknown>) {
  const inspector = await miniflare.getInspectorURL();
  inspector.protocol = "http:";
  const targets = await (await fetch(new URL("/json", inspector))).json();
  const target = targets.find((one: { id: string }) => one.id.startsWith("core:user:"));
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  let calls = 0;
  const call = (method: string) => {
    const id = ++calls;
    const answered = Promise.withResolvers<{ readonly [name: string]: number }>();
    const listen = ({ data }: MessageEvent) => {
      const message = JSON.parse(data);
      if (message.id !== id) return;
      socket.removeEventListener("message", listen);
      answered.resolve(message.result);
    };
    socket.addEventListener("message", listen);
    socket.send(JSON.stringify({ id, method }));
    return answered.promise;
  };
  return {
    /** After a garbage collection, so that garbage doesn't count. */
    async heapBytes(): Promise<number> {
      const collected = call("HeapProfiler.collectGarbage");
      await wake();
      await collected;
      const usage = await call("Runtime.getHeapUsage");
      return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
    },
    close: () => socket.close(),
  };
}

/** The KV operations in a log, in order: `get`, `put`, … */
export function kvOperations(logs: readonly string[]): string[] {
  return logs.flatMap((line) => /^\{"kv":"(\w+)"\}$/.exec(line)?.slice(1) ?? []);
}

/** A module around the bundle, which logs each operation of the Durable Object on its storage and on KV. */
export function operationsCounter(bundle: string): string {
  return `
    import product, { CollectorObject as Inner } from ${JSON.stringify(bundle)};
    export default product;
    export { OperatorsObject } from ${JSON.stringify(bundle)};
    const rows = {
      get: ([keys]) => keys.length,
      put: ([entries]) => Object.keys(entries).length,
      delete: ([keys]) => keys.length,
      list: (_, result) => Math.max(1, result.size),
      setAlarm: () => 1,
    };
    const counted = (storage) => new Proxy(storage, {
      get: (_, method) => async (...args) => {
        const result = await storage[method](...args);
        console.log(JSON.stringify({ storage: method, rows: rows[method](args, result) }));
        return result;
      },
    });
    const countedKv = (namespace) => new Proxy(namespace, {
      get: (_, method) => (...args) => {
        console.log(JSON.stringify({ kv: method }));
        return namespace[method](...args);
      },
    });
    export class CollectorObject extends Inner {
      constructor(ctx, env) {
        super(ctx, env);
        this.ctx = { id: ctx.id, storage: counted(ctx.storage) };
        this.env = { ...env, CURSORS: countedKv(env.CURSORS) };
      }
    }`;
}

/** Rows of Durable Objects that were read and written, as Cloudflare bills them: an alarm that is set is one. */
export function storageRows(logs: readonly string[]): { read: number; written: number } {
  const rows = { read: 0, written: 0 };
  for (const line of logs) {
    const match = /^\{"storage":"(\w+)","rows":(\d+)\}$/.exec(line);
    if (match === null) continue;
    rows[match[1] === "get" || match[1] === "list" ? "read" : "written"] += Number(match[2]);
  }
  return rows;
}
