/** What the collector needs of storage: a small contract, which each platform implements. */

/** Keeps texts by key. A get returns what was last put. Values may be up to 20 MB. */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** The keys that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly string[]>;
}
