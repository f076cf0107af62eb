/** What a platform provides to the collector. Everything impure comes from here. */
import type { Digest } from "../digest.ts";
import type { PlatformName } from "../pipelines/settings.ts";
import type { KeyValueStore } from "../storage/store.ts";

export interface Platform {
  readonly name: PlatformName;
  readonly fetch: typeof fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Waits this many milliseconds; if left out, timers do. */
  readonly sleep?: (ms: number) => Promise<void>;
  readonly newId: () => string;
  readonly digest: Digest;
  readonly log: (line: LogLine) => void;
  /** Does the work as soon as no other process works on the same pipeline. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Once aborted, a run ends after the batch in hand. */
  readonly stop: Pick<AbortSignal, "aborted">;
  /** Once aborted, current requests end and later ones fail; if left out, that never happens. */
  readonly ending?: AbortSignal;
  /** The published copy of the cursor: Workers KV, or Deno KV. */
  readonly published: KeyValueStore;
  /** This collector's own storage, strongly consistent: the Durable Object's, or Deno KV. */
  readonly local: KeyValueStore;
}

/** One line of JSON in the log. It never holds a secret or the content of an event. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly [field: string]: unknown;
}
