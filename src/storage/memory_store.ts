/** A store in memory, for tests and for commands that must not touch what is stored. */
import type { KeyValueStore } from "./store.ts";

export function memoryStore(entries: Map<string, string> = new Map()): KeyValueStore {
  return {
    get: (key) => Promise.resolve(entries.get(key) ?? null),
    put: (key, value) => Promise.resolve(void entries.set(key, value)),
    delete: (key) => Promise.resolve(void entries.delete(key)),
    list: (prefix) =>
      Promise.resolve([...entries.keys()].filter((key) => key.startsWith(prefix)).sort()),
  };
}
