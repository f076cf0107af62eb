/** What a script knows of a simulated destination, whichever it is. Pure. */
import type { Faults } from "../faults.ts";
import type { Watch } from "../loopback_server.ts";

export interface SimulatedDestination extends AsyncDisposable {
  /** What people call it, and what of it is simulated. */
  readonly name: string;
  readonly what: string;
  readonly url: string;
  /** Settings with which a collector reaches it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Those of `push`: requests that bring events. */
  readonly faults: Faults;
  /** How often each event was stored, by its id. */
  ids(): ReadonlyMap<string, number>;
  /** What was stored, repeats included; empty if it was started without `keepEvents`. */
  events(): readonly StoredEvent[];
  /** From its next answer on it misbehaves, and soon not any more. Returns what it does, in words. */
  misbehave(): string;
}

/** What an event says, under the names of the native format, whatever format it was stored in. */
export type StoredEvent = Readonly<Record<StoredField, unknown>>;

export const STORED_FIELDS = [
  "_time",
  "objectTypeLabel",
  "objectName",
  "actionType",
  "element",
  "oldValue",
  "newValue",
  "userId",
] as const;

type StoredField = (typeof STORED_FIELDS)[number];

export interface StartOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Added to every request, in milliseconds, by those that can be slow. Default 0. */
  readonly latencyMs?: number;
  /** Switch it off for very many. Default true. */
  readonly keepEvents?: boolean;
  /** The secret that it asks for, if another than its own. */
  readonly secret?: string;
  /** The compression that it insists on, if it can. */
  readonly compression?: "gzip" | "none";
  /** Is told of each request. */
  readonly watch?: Watch;
}

export type Start = (options: StartOptions) => Promise<SimulatedDestination>;
