/** What storage must do for the collector: a small contract with one implementation a platform. */

/** Keeps texts by key. A value that was put is found by the next get. Values may have any size up to 20 MB. */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** The keys that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly string[]>;
}
