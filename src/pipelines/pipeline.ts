/**
 * A pipeline: one feed of one account, delivered to one destination. Each has its own collector, with its
 * own cursor, journal, health, ledger, dead letters and backfill, so that none holds up another. Pure.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { CursorOwner } from "../engine/cursor.ts";

/** What is collected from an account: its audit trail. */
type Feed = "audit";

export interface Pipeline {
  readonly account: string;
  /** What people call the account; nothing depends on it. */
  readonly accountName?: string;
  readonly feed: Feed;
  /** Null while the account has none: then its runs fail, and say so. */
  readonly destination: PipelineDestination | null;
}

export interface PipelineDestination {
  /** Which kind of destination it is, by its id. */
  readonly kind: string;
  /** What distinguishes it from others of its kind, such as its host; null if invalid settings hide that. */
  readonly identity: string | null;
}

/** The owner of the pipeline's cursor. */
export function ownerOf({ account, feed, destination }: Pipeline): CursorOwner {
  return { account, feed, destination: destinationName(destination) };
}

/**
 * The pipeline's name: that of its Durable Object, or of its lease and its keys in Deno KV. Account, feed
 * and kind contain no slash, so no two pipelines have the same name.
 */
export function pipelineName({ account, feed, destination }: Pipeline): string {
  return `${account}/${feed}/${destinationName(destination)}`;
}

/** What people call it: the account and the kind of destination. */
export function shortName({ account, destination }: Pipeline): string {
  return destination === null ? account : `${account}/${destination.kind}`;
}

/**
 * What identifies a pipeline in the log, in problems and in answers: its account, and the destination's
 * kind.
 */
export function labelsOf({ account, destination }: Pipeline) {
  return { account, destination: destination?.kind ?? null };
}

function destinationName(destination: PipelineDestination | null): string {
  if (destination === null) return "none";
  return `${destination.kind}/${shortened(destination.identity ?? "none")}`;
}

/**
 * The name is part of a key. Source: Cloudflare, "Workers KV limits": a key has at most 512 bytes; and
 * "Durable Objects limits".
 */
const MAX_IDENTITY_BYTES = 300;
/** How much of a longer identity stays readable: at four bytes per character, still below the limit. */
const SHOWN_CHARACTERS = 60;

/** The identity; a long one is cut, and a hash of all of it follows. */
function shortened(identity: string): string {
  if (Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES) return identity;
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return `${[...identity].slice(0, SHOWN_CHARACTERS).join("")}…${hash}`;
}
