/**
 * The object that a batch becomes: a line of JSON for each event, compressed. Its key is derived from its
 * content, so that the same batch has the same key, and no two batches share one. Pure.
 */
import { createHash } from "node:crypto";
import type { Line } from "../../engine/ports.ts";
import { utcDay } from "../../engine/time.ts";
import type { FormatName } from "../../event_formats/index.ts";
import { encodeLines, gzip } from "../encode.ts";

export interface ArchiveObject {
  readonly key: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What keys say besides the object's content. */
export interface KeyParts {
  /** As a folder: it ends in a slash. */
  readonly prefix: string;
  readonly account: string;
  readonly format: FormatName;
}

/** All events are of one UTC day, and at least one. */
export function objectOf(lines: readonly Line[], parts: KeyParts): ArchiveObject {
  return { key: keyOf(lines, parts), body: gzip(encodeLines(lines)) };
}

/**
 * Folders named as in Hive, which query engines read as columns; then the time of the first event, and a
 * hash of the ids of all. An id stands for the content of an event, so an object with the same key holds
 * the same events, in whatever order and whenever they were collected.
 */
function keyOf(lines: readonly Line[], { prefix, account, format }: KeyParts): string {
  const first = new Date(lines.reduce((ms, { timeMs }) => Math.min(ms, timeMs), Infinity));
  const time = first.toISOString().slice(11, 19).replaceAll(":", "");
  const folder = `${prefix}account=${encodeURIComponent(account)}/dt=${utcDay(first.getTime())}`;
  return `${folder}/${time}-${hashOf(lines)}.${format}.ndjson.gz`;
}

/** 128 bits, as the ids themselves have. */
function hashOf(lines: readonly Line[]): string {
  const ids = lines.map(({ eventId }) => eventId).sort();
  return createHash("sha256").update(ids.join("\n")).digest("hex").slice(0, 32);
}
