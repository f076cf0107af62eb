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
  /** Its name in full, where it is named first. */
  readonly fullName: string;
  /** Its settings, each with its rule and default. All are optional, because it may not be in use. */
  readonly settings: Table;
  /** The settings that it requires, and what each one is. Either all of them are set, or none. */
  readonly needed: Readonly<Partial<Record<keyof Table & string, string>>>;
  /** A binding of Cloudflare's that stands in for the settings that it requires. */
  readonly binding?: keyof Table & string;
  /** What is wrong with its settings as they are given, beyond what is wrong with each and what `needed` says. */
  contradictions?(given: Readonly<Record<string, unknown>>): readonly string[];
  /** The settings that say where events and secrets are sent. */
  readonly urls: readonly (keyof Table & string)[];
  /** The settings that must never be shown. */
  readonly secrets: readonly (keyof Table & string)[];
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
   * Where it keeps a small value between runs, such as a token, encrypted with a key from `secret`. What
   * was kept under another secret or binding reads as absent.
   */
  readonly vault: (secret: string, binding: string) => Vault;
}

/**
 * A destination, ready for pushes. An answer that a wrong setting explains, such as a key that is
 * refused or a collector that isn't there, is thrown: it is never taken for a fault of the events.
 */
export interface OpenDestination extends Destination {
  /** In which format it is sent events. */
  readonly format: FormatName;
  /**
   * Turns an event, as its format has it, into what this destination is sent: one line of JSON holds it.
   * Left out where that is the same. Pure; the size of an event counts after it.
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
