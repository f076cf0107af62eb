/** One contract for every store: memory, Workers KV, a Durable Object's storage and Deno KV, each the real one. */
import assert from "node:assert/strict";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { denoKvStore } from "../../src/deno/kv_store.ts";
import {
  durableObjectStore,
  type ObjectStorage,
} from "../../src/cloudflare/durable_object_store.ts";
import { memoryStore } from "../../src/storage/memory_store.ts";
import type { KeyValueStore } from "../../src/storage/store.ts";
import { type KvNamespace, workersKvStore } from "../../src/cloudflare/workers_kv_store.ts";

/** A Worker whose Durable Object does with its storage what it is told. */
const STORAGE_WORKER = `
export class StorageObject {
  constructor(state) { this.storage = state.storage; }
  async fetch(request) {
    const { method, args } = await request.json();
    const result = await this.storage[method](...args);
    return Response.json(result instanceof Map ? [...result] : result ?? null);
  }
}
export default {
  fetch: (request, env) => env.OBJECT.getByName("contract").fetch(request),
};`;

async function openStores() {
  const options = convertV4MiniflareOptions({
    modules: true,
    script: STORAGE_WORKER,
    compatibilityDate: "2026-07-01",
    kvNamespaces: ["KV"],
    durableObjects: { OBJECT: { className: "StorageObject", useSQLite: true } },
  });
  const miniflare = new Miniflare(options);
  const url = await miniflare.ready;
  const call = async (method: string, args: unknown[]) => {
    const body = JSON.stringify({ method, args });
    const response = await fetch(url, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  };
  const storage: ObjectStorage = {
    get: async (keys) => new Map(await call("get", [keys])),
    put: (entries) => call("put", [entries]),
    delete: (keys) => call("delete", [keys]),
    list: async (options) => new Map(await call("list", [options])),
  };
  const namespace = await miniflare.getKVNamespace("KV") as unknown as KvNamespace;
  const denoKv = await Deno.openKv(":memory:");
  const stores: Record<string, KeyValueStore> = {
    "memory": memoryStore(),
    "Workers KV": workersKvStore(namespace),
    "a Durable Object": durableObjectStore(storage),
    "Deno KV": denoKvStore(denoKv, ["contract"]),
  };
  return {
    stores,
    async [Symbol.asyncDispose]() {
      denoKv.close();
      await miniflare.dispose();
    },
  };
}

const CONTRACT: Record<string, (store: KeyValueStore) => Promise<void>> = {
  "what was not put is null": async (store) => {
    assert.equal(await store.get("nothing"), null);
  },
  "what was put is found, and replaced by the next put": async (store) => {
    await store.put("key", "one");
    await store.put("key", "zwei 🙂");
    assert.equal(await store.get("key"), "zwei 🙂");
  },
  "an empty text is a value": async (store) => {
    await store.put("empty", "");
    assert.equal(await store.get("empty"), "");
  },
  "what was deleted is gone, and deleting it again is no error": async (store) => {
    await store.put("gone", "x");
    await store.delete("gone");
    await store.delete("gone");
    assert.equal(await store.get("gone"), null);
  },
  "a long text is kept whole, and leaves nothing behind": async (store) => {
    const long = "0123456789".repeat(300_000);
    await store.put("long", long);
    assert.equal(await store.get("long"), long);
    await store.put("long", "short");
    assert.equal(await store.get("long"), "short");
    await store.delete("long");
    assert.equal(await store.get("long"), null);
    assert.deepEqual((await store.list("")).filter((key) => key.includes("long")), []);
  },
  "a list has the keys with a prefix, in order, and a long text once": async (store) => {
    await store.put("list/b", "x".repeat(1_200_000));
    await store.put("list/a", "1");
    await store.put("other", "2");
    assert.deepEqual(await store.list("list/"), ["list/a", "list/b"]);
  },
  "a list has every key, however many there are": async (store) => {
    const keys = Array.from({ length: 200 }, (_, i) => `many/${String(i).padStart(3, "0")}`);
    for (const key of keys) await store.put(key, "x");
    assert.deepEqual(await store.list("many/"), keys);
  },
};

Deno.test("every store keeps the contract", async (t) => {
  await using opened = await openStores();
  for (const [name, store] of Object.entries(opened.stores)) {
    for (const [rule, check] of Object.entries(CONTRACT)) {
      await t.step(`${name}: ${rule}`, () => check(store));
    }
  }
});
