/**
 * What a destination is. Each folder beside this file is a kind of destination, and `index.ts` lists
 * them: settings, errors, the status page, metrics, descriptions and scripts learn of it from there.
 */
import type * as v from "valibot";
import type { Destination, DestinationLimits } from "../engine/ports.ts";
import type { Upstream } from "../upstream/upstream.ts";

export interface DestinationKind<Table extends v.ObjectEntries> {
  /** Names it in keys, metrics and answers: lowercase letters and digits. */
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** Its name in full, where it is named first. */
  readonly fullName: string;
  /** Its settings, each with its rule and default. All are optional, because it may not be in use. */
  readonly settings: Table;
  /** The settings that it requires, and what each one is. Either all of them are set, or none. */
  readonly needed: Readonly<Partial<Record<keyof Table & string, string>>>;
  /** The settings that must never be shown. */
  readonly secrets: readonly (keyof Table & string)[];
  readonly limits: DestinationLimits;
  /** What to do about the errors that the destination can explain. */
  readonly advice: Readonly<Record<AdvisedCode, Advice>>;
  /** Hosts that `--allow-net` must include under Deno. */
  readonly hosts: readonly string[];
  /** Whether it has a call that verifies the settings and changes nothing. */
  readonly connectionCheck: ConnectionCheck<v.InferOutput<v.ObjectSchema<Table, undefined>>>;
  /** What tells it from others of its kind, such as its host; null when it is not configured. */
  identity(settings: v.InferOutput<v.ObjectSchema<Table, undefined>>): string | null;
  /** Makes it ready for pushes; null when it is not configured. Does no I/O. */
  open(
    settings: v.InferOutput<v.ObjectSchema<Table, undefined>>,
    upstream: Upstream,
  ): OpenDestination | null;
}

/**
 * A destination, ready for pushes. An answer that a wrong setting explains, such as a key that is
 * refused or a collector that isn't there, is thrown: it is never taken for a fault of the events.
 */
export type OpenDestination = Destination;

/** Errors whose words are the destination's own. */
export type AdvisedCode =
  | "destination_unauthorized"
  | "destination_not_found"
  | "destination_refuses_everything";

export interface Advice {
  readonly title: string;
  readonly action: string;
}

/** @throws {CollectorError} when the destination can't be used as it is configured */
type ConnectionCheck<Settings> =
  | { readonly check: (settings: Settings, upstream: Upstream) => Promise<void> }
  | { readonly check: null; readonly because: string };

/** A kind as the core sees it, whatever its settings. */
// deno-lint-ignore no-explicit-any
export type AnyKind = DestinationKind<any>;
