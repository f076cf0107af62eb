/**
 * A host whose process can die at any of its I/O operations. Every operation of the collector goes
 * through its host, so all are numbered here without being listed: a new one can't be forgotten.
 */
import type { LogLine, Platform } from "../../src/collector/platform.ts";
import { denoDigest } from "../../src/deno/digest.ts";
import { memoryStore } from "../../src/storage/memory_store.ts";
import type { KeyValueStore } from "../../src/storage/store.ts";

/** What outlives a process: the storage. */
export interface Storage {
  readonly published: Map<string, string>;
  readonly local: Map<string, string>;
}

export function newStorage(): Storage {
  return { published: new Map(), local: new Map() };
}

interface MortalHost extends Platform {
  /** Names of the operations so far, in order. */
  readonly operations: readonly string[];
  readonly lines: readonly LogLine[];
}

/** A seeded random sequence. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Death extends Error {}

/** `dieAt`: the number of the operation, and whether it still takes effect. */
export function mortalHost(
  storage: Storage,
  now: () => number,
  dieAt?: { readonly operation: number; readonly when: "before" | "after" },
): MortalHost {
  const operations: string[] = [];
  const lines: LogLine[] = [];
  let dead = false;

  async function operate<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (dead) throw new Death(name);
    const dying = operations.length === dieAt?.operation;
    operations.push(name);
    if (dying && dieAt!.when === "before") dead = true;
    if (dead) throw new Death(name);
    const result = await effect();
    if (dying) dead = true;
    if (dead) throw new Death(name);
    return result;
  }

  const mortal = (label: string, store: KeyValueStore): KeyValueStore =>
    new Proxy(store, {
      get: (target, method: keyof KeyValueStore) => (...args: unknown[]) =>
        operate(
          `${label}.${method} ${args[0]}`,
          () => (target[method] as (...args: unknown[]) => Promise<unknown>)(...args),
        ),
    });

  return {
    name: "workers",
    fetch: (input, init) => operate("fetch", () => fetch(input, init)),
    now,
    random: mulberry32(7),
    newId: () => "a-run",
    digest: denoDigest,
    exclusively: (work) => work(),
    stop: { aborted: false },
    log: (line) => void lines.push(line),
    published: mortal("published", memoryStore(storage.published)),
    local: mortal("local", memoryStore(storage.local)),
    operations,
    lines,
  };
}
