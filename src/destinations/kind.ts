/**
 * What a destination is. Each folder beside this file is a kind of destination, and `index.ts` lists
 * them: settings, errors, the status page, metrics, descriptions and scripts learn of it from there.
 */
import type * as v from "valibot";
import type { Destination } from "../engine/ports.ts";
import type { FormatName } from "../event_formats/index.ts";
import type { AuditEvent } from "../sources/liveperson/event.ts";
import type { Vault } from "../storage/vault.ts";
import type { Upstream } from "../upstream/upstream.ts";

export interface DestinationKind<Table extends v.ObjectEntries> {
  /** Names it in keys, metrics and answers: lowercase letters and digits. */
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** Its full name, for the first mention. */
  readonly fullName: string;
  /**
   * Its settings, each with its rule and default. All are optional, because the destination may not be in
   * use.
   */
  readonly settings: Table;
  /** The settings that it requires, and what each one is. Either all of them are set, or none. */
  readonly needed: Readonly<Partial<Record<keyof Table & string, string>>>;
  /** A binding of Cloudflare's that stands in for the settings that it requires. */
  readonly binding?: keyof Table & string;
  /** What is wrong with the given settings together, beyond the rules of each and of `needed`. */
  contradictions?(given: Readonly<Record<string, unknown>>): readonly string[];
  /** The settings that say where events and secrets are sent. */
  readonly urls: readonly (keyof Table & string)[];
  /** The settings that must never be shown. */
  readonly secrets: readonly (keyof Table & string)[];
  /**
   * Those of them that are always generated, and never made up by a person or easy to guess. Dead letters
   * may be encrypted with them.
   */
  readonly generatedSecrets: readonly (keyof Table & string)[];
  /** What to do about the errors that the destination can explain. */
  readonly advice: Readonly<Record<AdvisedCode, Advice>>;
  /** Hosts that `--allow-net` must include under Deno. */
  readonly hosts: readonly string[];
  /** Whether it has a call that verifies the settings and changes nothing. */
  readonly connectionCheck: ConnectionCheck<v.InferOutput<v.ObjectSchema<Table, undefined>>>;
  /** What distinguishes it from others of its kind, such as its host; null when it is not configured. */
  identity(settings: v.InferOutput<v.ObjectSchema<Table, undefined>>): string | null;
  /** Makes it ready for pushes; null when it is not configured. Does no I/O. */
  open(
    settings: v.InferOutput<v.ObjectSchema<Table, undefined>>,
    tools: DestinationTools,
  ): OpenDestination | null;
}

/** What a destination works with. */
export interface DestinationTools {
  readonly upstream: Upstream;
  /** Whose events are delivered. */
  readonly account: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /**
   * Where it keeps a small value between runs, such as a token, encrypted with a key derived from `secret`.
   * A value kept under another secret or binding reads as absent.
   */
  readonly vault: (secret: string, binding: string) => Vault;
}

/**
 * A destination, ready for pushes. An answer that means a wrong setting, such as a refused key or a missing
 * collector, is thrown: it is never blamed on the events.
 */
export interface OpenDestination extends Destination {
  /** In which format it is sent events. */
  readonly format: FormatName;
  /**
   * Turns a formatted event into what is sent to this destination, as one line of JSON. Left out if that is
   * the same. Pure; an event's size is measured afterwards.
   */
  shape?(formatted: Formatted, event: AuditEvent): Formatted;
}

type Formatted = Readonly<Record<string, unknown>>;

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
  | {
    readonly check: (settings: Settings, tools: DestinationTools) => Promise<void | Unverified>;
  }
  | { readonly check: null; readonly because: string };

/** What a check says when it can't tell whether the settings are right, though nothing seems wrong. */
export interface Unverified {
  /** Why, in one sentence. */
  readonly unverified: string;
}

/** A kind as the core sees it, whatever its settings. */
// deno-lint-ignore no-explicit-any
export type AnyKind = DestinationKind<any>;
