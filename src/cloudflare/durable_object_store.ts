/**
 * A store in a Durable Object's own storage: strongly consistent. Values are limited to 2 MB, so longer
 * texts are kept in parts.
 */
import { splitText } from "../storage/parts.ts";
import type { KeyValueStore } from "../storage/store.ts";

/** The part of Cloudflare's `DurableObjectStorage` that is used. */
export interface ObjectStorage {
  get(keys: string[]): Promise<Map<string, unknown>>;
  put(entries: Record<string, unknown>): Promise<void>;
  delete(keys: string[]): Promise<number>;
  list(options: {
    prefix: string;
    limit: number;
    startAfter?: string;
  }): Promise<Map<string, unknown>>;
}

/** UTF-16 units in a part: at most 2 bytes each, with room to spare. */
const PART_LENGTH = 500_000;

/** A list returns the values too, up to a megabyte each: so only a few are held in memory at once. */
const LISTED_AT_ONCE = 10;

/** The first part tells how many there are: `3:…`. */
const HEAD = /^(\d+):/;

export function durableObjectStore(storage: ObjectStorage): KeyValueStore {
  const partKey = (key: string, part: number) => part === 0 ? key : `part/${part}/${key}`;
  const partKeys = (key: string, count: number) =>
    Array.from({ length: count }, (_, part) => partKey(key, part));

  async function head(key: string): Promise<{ parts: number; text: string } | null> {
    const first = (await storage.get([key])).get(key) as string | undefined;
    if (first === undefined) return null;
    const match = HEAD.exec(first)!;
    return { parts: Number(match[1]), text: first.slice(match[0].length) };
  }

  return {
    async get(key) {
      const first = await head(key);
      if (first === null) return null;
      const keys = partKeys(key, first.parts).slice(1);
      if (keys.length === 0) return first.text;
      const rest = await storage.get(keys);
      return first.text + keys.map((name) => rest.get(name)).join("");
    },
    async put(key, value) {
      const before = (await head(key))?.parts ?? 0;
      const parts = splitText(value, PART_LENGTH);
      const entries = parts.map((text, part) => [
        partKey(key, part),
        part === 0 ? `${parts.length}:${text}` : text,
      ]);
      // not awaited in between: Durable Objects store such writes together or not at all
      const written = storage.put(Object.fromEntries(entries));
      const surplus = partKeys(key, before).slice(parts.length);
      if (surplus.length > 0) await storage.delete(surplus);
      await written;
    },
    async delete(key) {
      const parts = (await head(key))?.parts ?? 0;
      if (parts > 0) await storage.delete(partKeys(key, parts));
    },
    async list(prefix) {
      const keys: string[] = [];
      for (let startAfter: string | undefined;; startAfter = keys.at(-1)) {
        const page = await storage.list({ prefix, limit: LISTED_AT_ONCE, startAfter });
        keys.push(...page.keys());
        if (page.size < LISTED_AT_ONCE) return keys;
      }
    },
  };
}
